import type { User } from "../arize/schemas.ts";
import type { UsersClient } from "../arize/users-client.ts";
import { Refused, RetryLater } from "../errors.ts";
import { ApiException } from "../http/errors.ts";
import type { Facts } from "../ledger/claim.ts";
import { failures, type State, unfinishedClaims } from "../ledger/state.ts";
import type { Calls } from "./calls/calls.ts";
import type { Action } from "./decide.ts";
import { describeAction, describePlaces } from "./describe.ts";
import type { Kind, LifecycleEvent } from "./event.ts";
import type { PlacePlan } from "./places/places.ts";

/** What came of an action, and what the ledger should remember of it. */
export interface Applied {
  outcome:
    | "invited"
    | "created"
    | "renewed"
    | "updated"
    | "removed"
    | "placed"
    | "suspended"
    | "resent"
    | "reset_sent"
    | "none"
    | `would_${string}`;
  reason?: string;
  userId?: string;
  facts: Facts;
}

export type Doable = Exclude<Action, { type: "hold" }>;

/**
 * Carries an action out at Arize. A deletion counts only once reading the user again says 404.
 * @throws Refused, RetryLater; `Refused("conflict")` from a creation means that the decision was based on an old state
 */
export async function apply(
  action: Exclude<Doable, { type: "place" | "suspend" }>,
  calls: Calls,
  event: LifecycleEvent,
  state: State,
  now: string,
): Promise<Applied> {
  switch (action.type) {
    case "none":
      if (action.reason === "already_absent") return absent(event, state, now);
      if (action.reason === "not_a_user" && event.kind === "mover") return remember(event, state);
      return {
        outcome: "none",
        reason: reasonOnce(action.reason, action.roleReport, state),
        facts: { ...report(action), ...forgetProfile(event) },
      };
    case "create":
      return create(action, calls, event.kind, state, now);
    case "update": {
      await calls.write((client, options) => client.update(action.userId, action.changes, options));
      const reason = action.roleReport === undefined ? undefined : "role_change_unsupported";
      const facts = { ...report(action), ...forgetProfile(event) };
      return { outcome: "updated", ...(reason && { reason }), userId: action.userId, facts };
    }
    case "delete":
      await remove(action.userId, calls);
      return { outcome: "removed", userId: action.userId, facts: { goneAt: now } };
    case "resend":
      await calls.write((client, options) => client.resendInvitation(action.userId, options));
      return { outcome: "resent", userId: action.userId, facts: { remindedAt: now } };
    case "reset":
      await calls.write((client, options) => client.resetPassword(action.userId, options));
      return { outcome: "reset_sent", userId: action.userId, facts: {} };
  }
}

/**
 * What would have been done, in mode `observe`.
 * @param places the memberships that would have been changed afterwards
 */
export function wouldApply(action: Doable, places: PlacePlan): Applied {
  const then = describePlaces(places);
  const after = (words: string) => [words, then && `then ${then}`].filter(Boolean).join(", ");
  if (action.type === "none") return { outcome: "none", reason: after(action.reason), facts: {} };
  const outcome = action.type === "create" && action.renews ? "would_renew" : (`would_${action.type}` as const);
  const what = after(describeAction(action));
  return {
    outcome,
    ...(what && { reason: what }),
    ...("userId" in action && action.userId !== undefined && { userId: action.userId }),
    facts: {},
  };
}

function report({ roleReport }: { roleReport?: string }): Facts {
  return roleReport === undefined ? {} : { roleReport };
}

// A role that the API cannot change is reported once, not with every profile update that repeats it.
function reasonOnce(reason: string, roleReport: string | undefined, state: State): string {
  return roleReport !== undefined && roleReport === state.roleReport ? "up_to_date" : reason;
}

// If an earlier attempt of this event did not get to write its end, it was that attempt which removed them.
function absent(event: LifecycleEvent, state: State, now: string): Applied {
  const facts = { goneAt: state.goneAt ?? now };
  const { userId } = state;
  const tried = unfinishedClaims(state, event.id) > 1 || failures(state, event.id) > 0;
  if (userId === undefined || state.goneAt !== undefined || !tried) {
    return { outcome: "none", reason: "already_absent", facts };
  }
  return { outcome: "removed", userId, facts };
}

// Their joiner may be on its way: then it shall find what this update said.
function remember({ person: { name, isDeveloper } }: LifecycleEvent, { profile }: State): Applied {
  const said = { name: name ?? profile?.name, isDeveloper: isDeveloper ?? profile?.isDeveloper };
  return { outcome: "none", reason: "not_a_user", facts: { profile: said } };
}

// What an older update left for a joiner is no longer the newest, once a newer one has been applied.
function forgetProfile({ kind }: LifecycleEvent): Facts {
  return kind === "mover" ? { profile: null } : {};
}

async function create(
  { input, renews }: Extract<Action, { type: "create" }>,
  calls: Calls,
  kind: Kind,
  state: State,
  now: string,
): Promise<Applied> {
  const user = await calls.write((client, options) => client.create(input, options));
  if (!user.created)
    return { outcome: "none", reason: "already_invited", userId: user.id, facts: { userId: user.id, goneAt: null } };
  // Renewals are counted between two events that ask for the person: whoever joins anew starts afresh.
  const renewals = kind === "invitation.renew" ? (state.renewals ?? 0) + 1 : 0;
  const outcome = renews ? "renewed" : input.inviteMode === "none" ? "created" : "invited";
  return { outcome, userId: user.id, facts: { userId: user.id, invitedAt: now, renewals, goneAt: null } };
}

async function remove(userId: string, calls: Calls): Promise<void> {
  try {
    await calls.write((client, options) => client.delete(userId, options));
  } catch (error) {
    // Somebody was faster. Whether they are really gone is what the next call says.
    if (!(error instanceof Refused && error.reason === "not_found")) throw error;
  }
  const left = await readById(userId, calls);
  if (left !== undefined) throw new RetryLater("still_visible", { message: "deleted, but Arize still shows the user" });
}

/** A user by id, `undefined` when Arize answers 404. @throws Refused, RetryLater */
export function readById(userId: string, calls: Calls): Promise<User | undefined> {
  return calls.read((client, options) => getOrNothing(client, userId, options));
}

async function getOrNothing(client: UsersClient, id: string, options: object): Promise<User | undefined> {
  try {
    return await client.get(id, options);
  } catch (error) {
    if (error instanceof ApiException && error.kind === "not_found") return undefined;
    throw error;
  }
}
