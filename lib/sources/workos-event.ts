import * as z from "zod/mini";
import { describeIssues } from "../issues.ts";
import type { Kind, LifecycleEvent } from "../lifecycle/event.ts";
import { checked, type Element } from "./element.ts";
import { kindOf } from "./kind.ts";
import { utcSchema } from "./utc.ts";
import type { WorkosOptions } from "./workos.ts";
import { personOf, type WorkosUser, workosUserSchema } from "./workos-user.ts";

const headSchema = z.object({ id: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/)), created_at: utcSchema });
const aboutUserSchema = z.object({ ...headSchema.shape, data: workosUserSchema });
const aboutMembershipSchema = z.object({
  ...headSchema.shape,
  data: z.object({ user: workosUserSchema, group: z.object({ id: z.string() }) }),
});
const aboutGroupSchema = z.object({ data: z.object({ id: z.string() }) });

// Whether a deactivated person arrives as `updated` or as `deleted` is a setting of the WorkOS environment: both are leavers.
const leaversAndMovers: [string, Kind][] = [
  ["dsync.user.deleted", "leaver"],
  ["dsync.user.updated:inactive", "leaver"],
  ["dsync.user.updated", "mover"],
];
const defaultsForEveryone: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...leaversAndMovers,
  ["dsync.user.created", "joiner"],
  ["dsync.user.updated:reactivated", "joiner"],
]);
const defaultsForGroups: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...leaversAndMovers,
  ["dsync.user.updated:reactivated", "mover"],
  ["dsync.group.user_added", "joiner"],
  ["dsync.group.user_removed", "leaver"],
]);

/** Reads one event of Directory Sync. @param type its `event` */
export function readWorkosEvent(type: string, envelope: unknown, receivedAt: Date, options: WorkosOptions): Element {
  switch (type) {
    case "dsync.user.created":
    case "dsync.user.updated":
    case "dsync.user.deleted":
      return readUser(type, envelope, receivedAt, options);
    case "dsync.group.user_added":
    case "dsync.group.user_removed":
      return readMembership(type, envelope, receivedAt, options);
    // Either may be an administrator's slip, and is no word about any of its people: somebody has to look, so it is alarmed.
    case "dsync.deleted":
      return gone("the directory", type, options);
    case "dsync.group.deleted": {
      const group = aboutGroupSchema.safeParse(envelope).data?.data.id ?? "";
      return options.groups.includes(group) ? gone("a group that stands for access", type, options) : "ignored";
    }
    default:
      return "ignored";
  }
}

function gone(what: string, type: string, { kinds }: WorkosOptions): Element {
  return kinds[type] === "ignore" ? "ignored" : { problem: `${what} was deleted, for which nobody is removed` };
}

function readUser(type: string, envelope: unknown, receivedAt: Date, options: WorkosOptions): Element {
  const about = aboutUserSchema.safeParse(envelope);
  if (!about.success) return { problem: describeIssues(about.error) };
  const { data: user } = about.data;
  const state = user.state ?? "";
  if (type !== "dsync.user.deleted" && !["active", "inactive", "suspended"].includes(state)) {
    return { problem: "data.state: expected one of active|inactive|suspended" };
  }
  const kind = meaningOf(typeOf(type, user), options);
  return kind === undefined ? "ignored" : eventOf(kind, about.data, user, receivedAt);
}

function readMembership(type: string, envelope: unknown, receivedAt: Date, options: WorkosOptions): Element {
  const about = aboutMembershipSchema.safeParse(envelope);
  if (!about.success) return { problem: describeIssues(about.error) };
  const { user, group } = about.data.data;
  const change = type === "dsync.group.user_added" ? "added" : "removed";
  const kind = meaningOf(type, options);
  if (kind === undefined || !options.groups.includes(group.id)) return "ignored";
  if (change === "added" && user.state !== "active") return "ignored";
  const among = options.groups.map((id) => `group:${id}`);
  const membership = { of: `group:${group.id}`, change, among, assumeAbsent: options.assumeAbsent } as const;
  // `kinds` may turn the meaning round: then it is no membership that gives access.
  const givesAccess = change === "removed" ? kind === "leaver" : kind === "joiner" || kind === "reinstate";
  return eventOf(kind, about.data, user, receivedAt, givesAccess ? membership : undefined);
}

function meaningOf(type: string, { groups, kinds }: WorkosOptions): Kind | undefined {
  return kindOf(type, groups.length > 0 ? defaultsForGroups : defaultsForEveryone, kinds);
}

/** The event's type with what its state adds to it, so that `kinds` in the configuration can speak of it. */
function typeOf(type: string, { state, previous_attributes: previous }: WorkosUser): string {
  if (type === "dsync.user.deleted") return type;
  if (state !== "active") return `${type}:${state}`;
  const wasOut = previous?.state === "inactive" || previous?.state === "suspended";
  return wasOut ? `${type}:reactivated` : type;
}

function eventOf(
  kind: Kind,
  { id, created_at: occurredAt }: z.infer<typeof headSchema>,
  user: WorkosUser,
  receivedAt: Date,
  membership?: LifecycleEvent["membership"],
): Element {
  return checked({
    id: `workos:${id}`,
    source: "workos",
    kind,
    attempt: 0,
    occurredAt,
    receivedAt: receivedAt.toISOString(),
    person: personOf(user),
    ...(membership && { membership }),
  });
}
