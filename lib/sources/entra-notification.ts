import * as z from "zod/mini";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { checked, type Element } from "./element.ts";
import { hashOf } from "./event-id.ts";
import { kindOf } from "./kind.ts";
import type { SourceOptions } from "./source.ts";
import { utcSchema } from "./utc.ts";

const text = z.catch(z.optional(z.string()), undefined);
// A time that cannot be read is no reason to lose a hint.
const time = z.catch(z.optional(utcSchema), undefined);

const resourceDataSchema = z.object({
  "@odata.type": text,
  id: text,
  eventTime: time,
  sequenceNumber: z.catch(z.optional(z.number()), undefined),
});
const notificationSchema = z.object({
  id: text,
  subscriptionId: text,
  changeType: z.string(),
  resource: text,
  resourceData: z.optional(resourceDataSchema),
});
type Notification = z.infer<typeof notificationSchema>;

const lifecycleSchema = z.object({ lifecycleEvent: z.string() });
const cloudEventSchema = z.object({
  specversion: z.literal("1.0"),
  source: z.string(),
  id: z.string(),
  time,
  data: z.unknown(),
});
type CloudEvent = z.infer<typeof cloudEventSchema>;

// Creating, disabling and soft-deleting somebody are `updated` as well: only looking them up tells what it was.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["created", "changed"],
  ["updated", "changed"],
  ["deleted", "changed"],
]);

/**
 * Turns an element of a delivery into a hint that names the user by their object id; also its type, for what is counted.
 * Ignored are notifications about a subscription itself, which the renewal of subscriptions does without, and those about
 * anything but users.
 */
export function readEntraElement(
  element: unknown,
  receivedAt: Date,
  options: SourceOptions,
): { read: Element; type: string } {
  if (element === null) return { read: { problem: "clientState does not match" }, type: "" };
  const cloudEvent = cloudEventSchema.safeParse(element).data;
  const content = cloudEvent === undefined ? element : cloudEvent.data;
  const lifecycle = lifecycleSchema.safeParse(content).data;
  if (lifecycle !== undefined) return { read: "ignored", type: `lifecycle.${lifecycle.lifecycleEvent}` };
  const notification = notificationSchema.safeParse(content);
  if (!notification.success) return { read: { problem: describeIssues(notification.error) }, type: "" };
  const { changeType, resourceData } = notification.data;
  if (!isAboutUser(notification.data)) return { read: "ignored", type: resourceData?.["@odata.type"] ?? "not a user" };
  const kind = kindOf(changeType, defaults, options.kinds);
  if (kind === undefined) return { read: "ignored", type: changeType };
  return { read: hint(kind, notification.data, cloudEvent, receivedAt), type: changeType };
}

const userPath = /^\/?users\/([^/]+)$/i;

function isAboutUser({ resource, resourceData }: Notification): boolean {
  const type = resourceData?.["@odata.type"];
  return type === undefined ? userPath.test(resource ?? "") : /^#?microsoft\.graph\.user$/i.test(type);
}

function hint(kind: Kind, notification: Notification, cloudEvent: CloudEvent | undefined, receivedAt: Date): Element {
  const externalId = notification.resourceData?.id ?? userPath.exec(notification.resource ?? "")?.[1];
  if (externalId === undefined) return { problem: "resourceData.id: expected string" };
  const eventTime = notification.resourceData?.eventTime ?? cloudEvent?.time;
  const at = Math.min(receivedAt.getTime(), eventTime === undefined ? Number.POSITIVE_INFINITY : Date.parse(eventTime));
  return checked({
    id: `entra:${hashOf(cloudEvent ? [cloudEvent.source, cloudEvent.id] : identityOf(notification, receivedAt))}`,
    source: "entra",
    kind,
    attempt: 0,
    occurredAt: new Date(at).toISOString(),
    receivedAt: receivedAt.toISOString(),
    person: { externalId },
  });
}

/** Without an id or a time of its own, a notification is told from an equal one hours later by its arrival only. */
function identityOf({ id, subscriptionId, changeType, resource, resourceData }: Notification, receivedAt: Date) {
  const { id: userId, eventTime, sequenceNumber } = resourceData ?? {};
  const moment = id ?? eventTime ?? receivedAt.toISOString();
  return [subscriptionId, changeType, resource, userId, moment, sequenceNumber];
}
