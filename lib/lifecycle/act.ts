import type { User } from "../arize/schemas.ts";
import type { LifecycleConfig } from "../config.ts";
import { Refused, RetryLater } from "../errors.ts";
import { reserve } from "../ledger/budget.ts";
import { type Lease, noteUser } from "../ledger/claim.ts";
import { readListing } from "../ledger/listing.ts";
import { restoredAt } from "../ledger/origin.ts";
import { isLeaving, type State, versionOf } from "../ledger/state.ts";
import { type Applied, apply, type Doable, readById, wouldApply } from "./apply.ts";
import type { Calls } from "./calls/calls.ts";
import type { Turn } from "./calls/pace.ts";
import { pages } from "./calls/pages.ts";
import { confirmLeft, type Doubt } from "./confirm.ts";
import { type Action, cutOff, decide, type Known, placePlan } from "./decide.ts";
import { type LifecycleEvent, normalizeEmail, takesAway, type Word } from "./event.ts";
import { guard, type HoldReason, whyProtected } from "./guards.ts";
import { revokeKeys, serviceKeysOf } from "./keys.ts";
import { isPlaced } from "./places/placement.ts";
import { carryOutPlaces } from "./places/placing.ts";
import { planDoubts } from "./plans.ts";
import { matchRule, type RuleMatch } from "./roles.ts";
import type { Lifted } from "./subject.ts";
import { suspend } from "./suspending.ts";
import { suspicionsOf } from "./suspicions.ts";
import { toRemember, traitsOf } from "./traits.ts";
import type { Workshop } from "./workshop.ts";

/** What is known about a claimed event when it is time to act. */
export interface Claimed {
  event: LifecycleEvent;
  person: string;
  email: string;
  lifted: Lifted;
  state: State;
  lease: Lease;
  turn: Turn;
}

/** `lookup` is what the person's source said, where it was asked before a deletion. */
export type Acted = { lookup?: Word | undefined } & (
  | { held: false; action: Action["type"]; match: RuleMatch | undefined; applied: Applied }
  | { held: true; action: Action["type"]; reason: HoldReason | Doubt | "unknown_status"; userId: string | undefined }
);

const rounds = 3;

/**
 * Looks the person up, decides, guards, and acts. A creation that meets a conflict starts over: somebody was faster, or
 * the person was deleted before, which no retry can mend.
 * @throws Refused `blocked_forever` and what Arize refuses
 * @throws RetryLater
 */
export async function act(claimed: Claimed, calls: Calls, workshop: Workshop): Promise<Acted> {
  let conflict: Refused | undefined;
  for (let round = 0; round < rounds; round++) {
    const user = await lookUp(claimed, calls, workshop);
    if (conflict && user === undefined) throw new Refused("blocked_forever", conflict.message, { cause: conflict });
    const known = knownOf(claimed, workshop.config);
    const action = choose(claimed, user, known, workshop);
    if (action.type === "hold") return { held: true, action: "hold", reason: action.reason, userId: user?.id };
    const { lookup, reason } = await doubtsAbout(action, user, claimed, calls, workshop);
    if (reason !== undefined) return { held: true, action: action.type, reason, userId: user?.id, lookup };
    try {
      const applied = await carryOut(action, user, known, claimed, calls, workshop);
      return { held: false, action: action.type, match: known.match, applied, lookup };
    } catch (error) {
      if (action.type !== "create" || !(error instanceof Refused) || error.reason !== "conflict") throw error;
      conflict = error;
    }
  }
  throw new RetryLater("contended", { cause: conflict });
}

function choose({ event, email, lifted }: Claimed, user: User | undefined, known: Known, { config }: Workshop): Action {
  const action = decide(event, email, user, known, config);
  if (action.type !== "hold" || !lifted.includes(action.reason)) return action;
  // What an operator released from `unknown_status`: only what takes access away is held for it.
  return event.kind === "suspend" ? cutOff(user, email, known) : deleteAnyway(user);
}

function knownOf({ event, email, state }: Claimed, { roles }: LifecycleConfig): Known {
  const isOvertaken = (state.mark_attributes ?? 0) > versionOf(event);
  return {
    leaving: isLeaving(state),
    newerProfile: isOvertaken ? (state.profile ?? {}) : undefined,
    match: matchRule(traitsOf(event, email, state), roles),
    placed: state.placed,
    suspended: state.suspended,
  };
}

async function carryOut(
  action: Doable,
  user: User | undefined,
  known: Known,
  claimed: Claimed,
  calls: Calls,
  workshop: Workshop,
): Promise<Applied> {
  const { event, state, lease } = claimed;
  const { config, table } = workshop;
  const isThere = user !== undefined || action.type === "create";
  const nowhere = { remove: [], add: [] };
  if (config.mode === "observe") return wouldApply(action, isThere && isPlaced(event) ? placePlan(known) : nowhere);
  // In another account everybody is missing, and would be invited there.
  if (action.type === "create") await confirmAccount(calls, workshop);
  // After the deletion nobody is listed under the address: a retry then has only the id to verify it by.
  if (action.type === "delete" && state.userId !== action.userId) await noteUser(table, lease, action.userId);
  const applied = await change(action, claimed, calls, workshop);
  const learned = { ...applied.facts, ...toRemember(event, state, config) };
  if (user === undefined || action.type === "delete") return { ...applied, facts: learned };
  // Whoever is there is not gone, unless they left: then the next sweep has to find them, whatever came meanwhile.
  const facts = { userId: user.id, ...learned, ...(!isLeaving(state) && { goneAt: null }) };
  return { ...applied, userId: applied.userId ?? user.id, facts };
}

async function change(
  action: Doable,
  { event, state, lease }: Claimed,
  calls: Calls,
  workshop: Workshop,
): Promise<Applied> {
  if (action.type === "place") return carryOutPlaces(action, state.placed ?? [], calls, lease, workshop.table);
  if (action.type === "delete" && state.suspended) await revokeKeys(action.userId, calls, event);
  const applied =
    action.type === "suspend"
      ? await suspend(action, event, state, calls, lease, workshop)
      : await apply(action, calls, event, state, new Date().toISOString());
  if ((action.type !== "suspend" && action.type !== "delete") || action.userId === undefined) return applied;
  const keys = await serviceKeysOf(action.userId, state.placed ?? [], calls, event);
  return keys.length === 0 ? applied : { ...applied, reason: `service keys remain: ${keys.join(", ")}` };
}

function deleteAnyway(user: User | undefined): Doable {
  if (user === undefined) return { type: "none", reason: "already_absent" };
  return { type: "delete", userId: user.id };
}

/**
 * The person's record at Arize. When who shall lose their access is not listed, the id that the ledger knows is read, and
 * if there is none or it is gone too, the key's owner must be visible: a key of the wrong account sees nobody, and nobody
 * has left.
 * @throws Refused, RetryLater
 */
async function lookUp({ event, email, state }: Claimed, calls: Calls, workshop: Workshop): Promise<User | undefined> {
  const listed = await calls.read((client, options) => client.find(email, options));
  if (listed !== undefined || state.goneAt !== undefined) return listed;
  const byId = state.userId === undefined ? undefined : await readById(state.userId, calls);
  if (byId === undefined && (takesAway(event.kind) || state.userId !== undefined)) {
    await confirmAccount(calls, workshop);
  }
  return byId;
}

async function confirmAccount(calls: Calls, { account, arize, config }: Workshop): Promise<void> {
  await account.confirm(calls, config.apiKeyOwner, await arize.secrets.value(arize.secretId));
}

/** What may stop a deletion, or a suspension. */
async function doubtsAbout(
  { type }: Action,
  user: User | undefined,
  claimed: Claimed,
  calls: Calls,
  workshop: Workshop,
): Promise<{ lookup?: Word | undefined; reason?: HoldReason | Doubt | undefined }> {
  // A user found by id may carry another address than the event's: either may be a protected one.
  const emails = [claimed.email, normalizeEmail(user?.email ?? claimed.email)];
  if (type === "suspend") return { reason: whyProtected(emails, workshop.config) };
  if (type !== "delete") return {};
  // The source is asked first: a place in the budget is only taken by who is deleted.
  const { lookup, doubt } = await confirmLeft(claimed, workshop);
  const isConfirmed = lookup !== undefined;
  return { lookup, reason: doubt ?? (await stoppedBy(user, emails, claimed, calls, workshop, isConfirmed)) };
}

async function stoppedBy(
  user: User | undefined,
  emails: readonly string[],
  { event, person, lifted, state }: Claimed,
  calls: Calls,
  { config, table }: Workshop,
  isConfirmed: boolean,
): Promise<HoldReason | undefined> {
  // A role that is not known may be an even mightier one.
  const isAdmin = user?.role.type === "predefined" && (user.role.name === "admin" || user.role.name === "unknown");
  const otherAdmin = user !== undefined && isAdmin && (await isThereAnotherAdmin(calls, user.id));
  const users = (await readListing(table))?.users;
  const all = [
    ...suspicionsOf(event, { restoredAt: await restoredAt(table), isConfirmed }),
    ...planDoubts(event, state, config),
  ];
  const suspicions = all.filter((suspicion) => !lifted.includes(suspicion));
  const released = lifted.includes("deletion_budget");
  let reason: HoldReason | undefined;
  const budget = config.mode === "observe" ? "observe" : "act";
  await reserve(table, budget, person, Date.now(), (spent) => {
    const verdict = guard({ emails, isAdmin, otherAdmin, suspicions, spent, users, released }, config);
    reason = verdict.go ? undefined : verdict.reason;
    return verdict.go;
  });
  return reason;
}

async function isThereAnotherAdmin(calls: Calls, userId: string): Promise<boolean> {
  for await (const { users } of pages(calls, { status: "active" })) {
    const isOther = ({ id, role }: User) => id !== userId && role.type === "predefined" && role.name === "admin";
    if (users.some(isOther)) return true;
  }
  return false;
}
