import type { User } from "../arize/schemas.ts";
import { Refused, RetryLater } from "../errors.ts";
import { reserve } from "../ledger/budget.ts";
import { readListing } from "../ledger/listing.ts";
import { isLeaving, type State, versionOf } from "../ledger/state.ts";
import { type Applied, apply, type Doable, readById, wouldApply } from "./apply.ts";
import type { Calls } from "./calls.ts";
import { type Action, decide, type Known } from "./decide.ts";
import type { LifecycleEvent } from "./event.ts";
import { guard, type HoldReason, type Verdict } from "./guards.ts";
import type { Workshop } from "./workshop.ts";

/** What is known about a claimed event when it is time to act. */
export interface Claimed {
  event: LifecycleEvent;
  person: string;
  email: string;
  released: boolean;
  state: State;
}

export type Acted =
  | { held: false; action: Action["type"]; applied: Applied }
  | { held: true; action: Action["type"]; reason: HoldReason | "unknown_status"; userId: string | undefined };

const rounds = 3;

/**
 * Looks the person up, decides, guards, and acts. A creation that meets a conflict starts over: somebody was faster, or
 * the person was deleted before, which no retry can mend.
 * @throws Refused `blocked_forever` and what Arize refuses
 * @throws RetryLater
 */
export async function act(claimed: Claimed, calls: Calls, workshop: Workshop): Promise<Acted> {
  const { event, email, state, released } = claimed;
  const { config } = workshop;
  let conflict: Refused | undefined;
  for (let round = 0; round < rounds; round++) {
    const user = await lookUp(email, state, calls, config.apiKeyOwner);
    if (conflict && user === undefined) throw new Refused("blocked_forever", conflict.message, { cause: conflict });
    const decided = decide(event, email, user, knownOf(event, state), config);
    const action = decided.type === "hold" && released ? deleteAnyway(user) : decided;
    const stopped = await stoppedBy(action, user, claimed, calls, workshop);
    if (stopped !== undefined) return { held: true, action: action.type, reason: stopped, userId: user?.id };
    if (action.type === "hold") break;
    try {
      return { held: false, action: action.type, applied: await carryOut(action, user, claimed, calls, workshop) };
    } catch (error) {
      if (action.type !== "create" || !(error instanceof Refused) || error.reason !== "conflict") throw error;
      conflict = error;
    }
  }
  throw new RetryLater("contended", { cause: conflict });
}

function knownOf(event: LifecycleEvent, state: State): Known {
  const isOvertaken = (state.mark_attributes ?? 0) > versionOf(event);
  return { leaving: isLeaving(state), newerProfile: isOvertaken ? (state.profile ?? {}) : undefined };
}

async function stoppedBy(
  action: Action,
  user: User | undefined,
  claimed: Claimed,
  calls: Calls,
  workshop: Workshop,
): Promise<HoldReason | "unknown_status" | undefined> {
  if (action.type === "hold") return action.reason;
  if (action.type !== "delete") return undefined;
  const verdict = await mayDelete(user, claimed, calls, workshop);
  return verdict.go ? undefined : verdict.reason;
}

async function carryOut(
  action: Doable,
  user: User | undefined,
  { event, state }: Claimed,
  calls: Calls,
  { config }: Workshop,
): Promise<Applied> {
  if (config.mode === "observe") return wouldApply(action);
  const applied = await apply(action, calls, event, state, new Date().toISOString());
  if (user === undefined || applied.userId !== undefined) return applied;
  return { ...applied, userId: user.id, facts: { userId: user.id, ...applied.facts } };
}

// What an operator released from `unknown_status` is a leaver: theirs was the only kind that is held for it.
function deleteAnyway(user: User | undefined): Doable {
  if (user === undefined) return { type: "none", reason: "already_absent" };
  return { type: "delete", userId: user.id };
}

/**
 * The person's record at Arize. When nobody is listed although the ledger knows an id, that id is read, and if it is
 * gone too, the key's owner must be visible: a key of the wrong account sees nobody, and nobody has left.
 * @throws Refused, RetryLater
 */
async function lookUp(email: string, state: State, calls: Calls, apiKeyOwner: string): Promise<User | undefined> {
  const listed = await calls.read((client, options) => client.find(email, options));
  const { userId } = state;
  if (listed !== undefined || userId === undefined || state.goneAt !== undefined) return listed;
  const byId = await readById(userId, calls);
  if (byId !== undefined) return byId;
  const owner = await calls.read((client, options) => client.find(apiKeyOwner, options));
  if (owner === undefined) throw new RetryLater("wrong_account", { message: "the API key does not see its own owner" });
  return undefined;
}

async function mayDelete(
  user: User | undefined,
  { person, email, released }: Claimed,
  calls: Calls,
  { config, table }: Workshop,
): Promise<Verdict> {
  // A role that is not known may be an even mightier one.
  const isAdmin = user?.role.type === "predefined" && (user.role.name === "admin" || user.role.name === "unknown");
  const otherAdmin = user !== undefined && isAdmin && (await calls.read((client) => anotherAdmin(client, user.id)));
  const users = (await readListing(table))?.users;
  let verdict: Verdict = { go: true };
  const budget = config.mode === "observe" ? "observe" : "act";
  await reserve(table, budget, person, Date.now(), (spent) => {
    verdict = guard({ email, isAdmin, otherAdmin, spent, users, released }, config);
    return verdict.go;
  });
  return verdict;
}

async function anotherAdmin(client: Parameters<Parameters<Calls["read"]>[0]>[0], userId: string): Promise<boolean> {
  for await (const user of client.listAll({ status: "active" })) {
    if (user.id !== userId && user.role.type === "predefined" && user.role.name === "admin") return true;
  }
  return false;
}
