import type { CreateUser, UserChanges } from "../arize/requests.ts";
import type { User } from "../arize/schemas.ts";
import type { LifecycleConfig } from "../config.ts";
import { type Kind, type LifecycleEvent, type Role, takesAway } from "./event.ts";
import { type Place, type Placed, type PlacePlan, placesOf, planPlaces } from "./places/places.ts";
import type { RuleMatch } from "./roles.ts";

/** What the ledger knows that changes a decision. */
export interface Known {
  /** Whether the newest thing known about the person's membership is that they left. */
  leaving: boolean;
  /**
   * Set when a profile update newer than this event came before it: what that update said and could not be applied,
   * nothing if it was. A late joiner must not bring the old name back.
   */
  newerProfile?: Profile | undefined;
  /** What the role rules say about the person. */
  match?: RuleMatch | undefined;
  /** The memberships that this system gave them. */
  placed?: readonly Placed[] | undefined;
  /** Set while they are suspended: whether they were a developer before, where they were there. */
  suspended?: { isDeveloper?: boolean | undefined } | undefined;
}

/** What a profile update can change. */
export type Profile = Pick<LifecycleEvent["person"], "name" | "isDeveloper">;

export type Policy = Pick<LifecycleConfig, "defaults" | "moversMayJoin" | "unmatched">;

export type NoneReason =
  | "already_invited"
  | "already_active"
  | "already_absent"
  | "up_to_date"
  | "not_a_user"
  | "not_expired"
  | "not_verified"
  | "not_provisioned"
  | "in_place"
  | "suspended"
  | "leaving"
  | "no_lookup"
  | "role_change_unsupported"
  | "unknown_role"
  | "unknown_status";

/** A role that an event asks for and the API cannot set, `member>admin`. */
export interface RoleReport {
  roleReport?: string;
}

/** What a suspend takes: nothing from somebody who is not at Arize, who is kept from getting there instead. */
export interface Cut {
  userId?: string;
  email: string;
  developer: boolean;
  remove: Placed[];
}

export type Action =
  | ({ type: "none"; reason: NoneReason } & RoleReport)
  | { type: "create"; input: CreateUser; renews: boolean }
  | ({ type: "update"; userId: string; changes: UserChanges } & RoleReport)
  | { type: "delete"; userId: string }
  | { type: "resend"; userId: string }
  | { type: "reset"; userId: string }
  | ({ type: "suspend" } & Cut)
  | ({ type: "place"; userId: string } & PlacePlan)
  | { type: "hold"; reason: "unknown_status" };

/**
 * What to do about an event, from the person as Arize has them now: state, not history, so that a duplicate, late or
 * re-driven event does no harm. Pure. The rows are those of the decision table in docs/behaviour.md.
 * @param user the person's record at Arize, `undefined` when they are not listed
 */
export function decide(
  event: LifecycleEvent,
  email: string,
  user: User | undefined,
  known: Known,
  policy: Policy,
): Action {
  if (known.leaving && !movesMembership(event.kind)) return none("leaving");
  if (user === undefined && isUnwanted(event, known, policy)) return none("not_provisioned");
  const current = withNewerProfile(event, user, known.newerProfile);
  if (known.suspended !== undefined && !movesMembership(event.kind)) return none("suspended");
  if (event.kind === "placement") return decidePlaces(user, known);
  if (event.kind === "suspend") return decideSuspend(user, email, known);
  const restored = withPermission(current, known.suspended);
  return decideCurrent(withRule(restored, user, known.match), email, user, withInviteMode(policy, known.match));
}

function decideSuspend(user: User | undefined, email: string, known: Known): Action {
  if (user?.status === "unknown" || user?.status === "inactive") return decideUnknown("suspend");
  return cutOff(user, email, known);
}

/** What there is to take from somebody, whatever their status. Their deletion is to be planned even if there is nothing. Pure. */
export function cutOff(user: User | undefined, email: string, { placed = [] }: Known): Action & { type: "suspend" } {
  if (user === undefined) return { type: "suspend", email, developer: false, remove: [] };
  const { remove } = planPlaces([], placed);
  return { type: "suspend", userId: user.id, email, developer: user.isDeveloper !== false, remove };
}

// Who comes back gets back what was taken, unless the event says otherwise.
function withPermission(event: LifecycleEvent, suspended: Known["suspended"]): LifecycleEvent {
  if (suspended === undefined || event.kind === "leaver") return event;
  const { isDeveloper = suspended.isDeveloper } = event.person;
  return { ...event, person: { ...event.person, isDeveloper } };
}

function decidePlaces(user: User | undefined, known: Known): Action {
  if (user === undefined) return none("not_a_user");
  if (user.status === "unknown" || user.status === "inactive") return none("unknown_status");
  const plan = placePlan(known);
  if (plan.add.length + plan.remove.length === 0) return none("in_place");
  return { type: "place", userId: user.id, ...plan };
}

/** What is to be done about somebody's memberships. Where something unknown could matter, none is taken away. Pure. */
export function placePlan({ match, placed = [] }: Known): PlacePlan {
  const wanted: Place[] = placesOf(match?.rule?.organizations ?? []);
  const { add, remove } = planPlaces(wanted, placed);
  return { add, remove: match?.certain ? remove : [] };
}

function isUnwanted({ kind }: LifecycleEvent, { match }: Known, { unmatched, moversMayJoin }: Policy): boolean {
  if (unmatched === "defaults" || match?.rule !== undefined) return false;
  return kind === "joiner" || kind === "reinstate" || (kind === "mover" && moversMayJoin);
}

// What an event asks for itself outranks the rule. Somebody who is there keeps what they have until their profile changes:
// a joiner who comes twice, or whose invitation expired, must not undo what an account admin decided meanwhile.
function withRule(event: LifecycleEvent, user: User | undefined, match: RuleMatch | undefined): LifecycleEvent {
  const applies = user === undefined || (event.kind === "mover" && match?.certain);
  if (!applies || match?.rule === undefined) return event;
  const { role = match.rule.role, isDeveloper = match.rule.isDeveloper } = event.person;
  return { ...event, person: { ...event.person, role, isDeveloper } };
}

function withInviteMode(policy: Policy, match: RuleMatch | undefined): Policy {
  const { inviteMode = policy.defaults.inviteMode } = match?.rule ?? {};
  return { ...policy, defaults: { ...policy.defaults, inviteMode } };
}

// Somebody who is created gets everything that is known; somebody who is there already has what the update said.
function withNewerProfile(event: LifecycleEvent, user: User | undefined, profile: Profile | undefined): LifecycleEvent {
  if (profile === undefined || !movesMembership(event.kind)) return event;
  const { name, isDeveloper } = user === undefined ? { ...event.person, ...profile } : profile;
  return { ...event, person: { ...event.person, name, isDeveloper } };
}

function decideCurrent(event: LifecycleEvent, email: string, user: User | undefined, policy: Policy): Action {
  if (user === undefined) return decideAbsent(event, email, policy);
  if (user.status === "unknown" || user.status === "inactive") return decideUnknown(event.kind);
  switch (event.kind) {
    case "joiner":
    case "reinstate":
      return user.status === "expired" ? renew(event, user, policy) : adjust(event, user);
    case "mover":
      return adjust(event, user);
    case "leaver":
      return { type: "delete", userId: user.id };
    case "invitation.resend":
      return decideResend(event, user, policy);
    case "invitation.renew":
      return user.status === "expired" ? renew(event, user, policy) : none("not_expired");
    case "password.reset":
      return user.status === "active" ? { type: "reset", userId: user.id } : none("not_verified");
    default:
      return none("no_lookup");
  }
}

function none(reason: NoneReason): Action {
  return { type: "none", reason };
}

function movesMembership(kind: Kind): boolean {
  return kind === "joiner" || kind === "reinstate" || takesAway(kind);
}

function decideAbsent(event: LifecycleEvent, email: string, policy: Policy): Action {
  switch (event.kind) {
    case "joiner":
    case "reinstate":
      return invite(event, email, policy);
    case "mover":
      return policy.moversMayJoin ? invite(event, email, policy) : none("not_a_user");
    case "leaver":
      return none("already_absent");
    case "changed":
      return none("no_lookup");
    default:
      return none("not_a_user");
  }
}

// A status that the API added later may mean anything: nothing is done to such a user, and what takes access away waits for
// a person.
function decideUnknown(kind: Kind): Action {
  return takesAway(kind) ? { type: "hold", reason: "unknown_status" } : none("unknown_status");
}

function decideResend(event: LifecycleEvent, user: User, policy: Policy): Action {
  if (user.status === "invited") return { type: "resend", userId: user.id };
  return user.status === "expired" ? renew(event, user, policy) : none("already_active");
}

function invite({ person }: LifecycleEvent, email: string, { defaults }: Policy): Action {
  const isDeveloper = person.isDeveloper ?? defaults.isDeveloper;
  return {
    type: "create",
    renews: false,
    input: {
      email,
      name: person.name ?? email.slice(0, email.lastIndexOf("@")),
      role: toUserRole(person.role ?? defaults.role),
      inviteMode: defaults.inviteMode,
      ...(isDeveloper === undefined ? {} : { isDeveloper }),
    },
  };
}

// Creating again is how an expired invitation is renewed; deleting it first would bar the address for ever.
function renew({ person }: LifecycleEvent, user: User, { defaults }: Policy): Action {
  if (user.role.type === "predefined" && user.role.name === "unknown") return none("unknown_role");
  const isDeveloper = person.isDeveloper ?? user.isDeveloper;
  return {
    type: "create",
    renews: true,
    input: {
      email: user.email,
      name: person.name ?? user.name,
      role: user.role,
      inviteMode: defaults.inviteMode,
      ...(isDeveloper === undefined ? {} : { isDeveloper }),
    },
  };
}

function adjust({ person }: LifecycleEvent, user: User): Action {
  const changes: UserChanges = {};
  if (person.name !== undefined && person.name !== user.name.trim()) changes.name = person.name;
  if (person.isDeveloper !== undefined && person.isDeveloper !== user.isDeveloper)
    changes.isDeveloper = person.isDeveloper;
  const report = roleReport(person.role, user);
  if (Object.keys(changes).length > 0) return { type: "update", userId: user.id, changes, ...report };
  if (report.roleReport !== undefined) return { ...none("role_change_unsupported"), ...report };
  if (user.status === "invited") return none("already_invited");
  return none(user.status === "active" ? "already_active" : "up_to_date");
}

function roleReport(wanted: Role | undefined, user: User): RoleReport {
  if (wanted === undefined) return {};
  const [from, to] = [roleName(user.role), roleName(toUserRole(wanted))];
  return from === to ? {} : { roleReport: `${from}>${to}` };
}

function toUserRole(role: Role): CreateUser["role"] {
  return typeof role === "string" ? { type: "predefined", name: role } : { type: "custom", id: role.id };
}

/** A role as one word: its predefined name, or the custom role's id. */
export function roleName(role: User["role"]): string {
  return role.type === "custom" ? role.id : role.name;
}
