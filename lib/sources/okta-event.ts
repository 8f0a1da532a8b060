import * as z from "zod/mini";
import { describeIssues } from "../issues.ts";
import { emailSchema, type Kind, type LifecycleEvent } from "../lifecycle/event.ts";
import { checked, type Element } from "./element.ts";
import { firstName } from "./name.ts";
import { utcSchema } from "./utc.ts";

/** The part of a System Log event that is used; Okta leaves `outcome` and `target` null where it has nothing to say. */
const logEventSchema = z.object({
  uuid: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/)),
  eventType: z.string(),
  published: utcSchema,
  outcome: z.nullish(z.object({ result: z.nullish(z.string()) })),
  target: z.nullish(z.array(z.unknown())),
});
const targetSchema = z.object({
  id: z.string(),
  type: z.string(),
  alternateId: z.nullish(z.string()),
  displayName: z.nullish(z.string()),
});
type Target = z.infer<typeof targetSchema>;

/** The apps (`0oa...`) and groups (`00g...`) that stand for access to Arize. */
export interface Access {
  apps: readonly string[];
  groups: readonly string[];
  assumeAbsent: boolean;
}

/**
 * Turns an element of `data.events` into an event of this kind. Its subject is the target of type `User`; the actor is
 * whoever did it. Ignored are failed attempts, elements without a subject, and memberships of other apps and groups.
 */
export function readOktaEvent(element: unknown, kind: Kind, receivedAt: Date, access: Access): Element {
  const log = logEventSchema.safeParse(element);
  if (!log.success) return { problem: describeIssues(log.error) };
  if ((log.data.outcome?.result ?? "success").toLowerCase() !== "success") return "ignored";
  const targets = (log.data.target ?? []).flatMap((target) => targetSchema.safeParse(target).data ?? []);
  const users = targets.filter(({ type }) => type === "User");
  const [user] = users;
  if (user === undefined) return "ignored";
  if (users.some(({ id }) => id !== user.id)) return { problem: "target: names several users" };
  const membership = membershipOf(log.data.eventType, targets, access);
  if (membership === "elsewhere") return "ignored";
  return checked({
    id: `okta:${log.data.uuid}`,
    source: "okta",
    kind,
    attempt: 0,
    occurredAt: log.data.published,
    receivedAt: receivedAt.toISOString(),
    person: personOf(user),
    ...(membership && matches(kind, membership) && { membership }),
  });
}

/** The login often is the email address, and need not be; without one, the id has to do. */
function personOf({ id, alternateId, displayName }: Target): LifecycleEvent["person"] {
  const email = emailSchema.safeParse(alternateId);
  const name = firstName(displayName);
  return { externalId: id, ...(email.success && { email: email.data }), ...(name && { name }) };
}

type Membership = NonNullable<LifecycleEvent["membership"]>;

function membershipOf(eventType: string, targets: Target[], { apps, groups, assumeAbsent }: Access) {
  const [, where, verb] = /^(application|group)\.user_membership\.(add|remove)$/.exec(eventType) ?? [];
  if (where === undefined) return undefined;
  const of = targets.flatMap(({ type, id }) => {
    if (where === "group") return type === "UserGroup" && groups.includes(id) ? [`group:${id}`] : [];
    return type === "AppInstance" && apps.includes(id) ? [`app:${id}`] : [];
  })[0];
  if (of === undefined) return "elsewhere";
  const among = [...apps.map((id) => `app:${id}`), ...groups.map((id) => `group:${id}`)];
  return { of, change: verb === "add" ? "added" : "removed", among, assumeAbsent } satisfies Membership;
}

// `kinds` may turn the meaning round, as with a group of people who have left: then it is no membership that gives access.
function matches(kind: Kind, { change }: Membership): boolean {
  return change === "removed" ? kind === "leaver" : kind === "joiner" || kind === "reinstate";
}
