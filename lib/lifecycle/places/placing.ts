import { Refused, RetryLater } from "../../errors.ts";
import { type Lease, notePlaced } from "../../ledger/claim.ts";
import type { LedgerTable } from "../../ledger/table.ts";
import { log } from "../../telemetry.ts";
import type { Applied } from "../apply.ts";
import type { Calls } from "../calls/calls.ts";
import type { Action } from "../decide.ts";
import { containerOf, including, nameOf, type Place, type Placed, without } from "./places.ts";

type PlaceAction = Extract<Action, { type: "place" }>;

/**
 * Puts somebody where they belong, membership by membership. What was done is in the ledger even when one of them fails,
 * and only what is missing is tried again. A membership that is refused costs the others nothing; when Arize does not
 * answer, the rest waits, since a leaver of the same person must not wait for it.
 * @throws Refused `not_placed` when one or more were refused
 * @throws RetryLater
 */
export async function carryOutPlaces(
  { userId, remove, add }: PlaceAction,
  placed: readonly Placed[],
  calls: Calls,
  lease: Lease,
  table: LedgerTable,
): Promise<Applied> {
  // Written down before it is done: what this system may have put somebody into, it must be able to take back.
  let known = add.reduce((all, place) => including(all, { ...place, pending: true }), [...placed]);
  if (add.length > 0) await notePlaced(table, lease, known);
  const failures: (Refused | RetryLater)[] = [];
  const attempt = async (place: Place, work: () => Promise<void>): Promise<boolean> => {
    if (failures.some((failure) => failure instanceof RetryLater)) return false;
    const failure = await failureOf(work, place, lease);
    if (failure) failures.push(failure);
    return failure === undefined;
  };
  for (const place of remove) {
    if (await attempt(place, () => takeOut(place, userId, calls))) known = without(known, place);
  }
  for (const place of add) {
    if (await attempt(place, () => putIn(place, userId, calls))) known = including(known, place);
  }
  if (failures.length === 0) return { outcome: "placed", userId, facts: { placed: known } };
  await notePlaced(table, lease, known);
  throw failures.find((failure) => failure instanceof RetryLater) ?? new Refused("not_placed");
}

async function failureOf(
  work: () => Promise<void>,
  place: Place,
  { event }: Lease,
): Promise<Refused | RetryLater | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof Refused || error instanceof RetryLater)) throw error;
    log("warn", "membership not changed", { event: event.id, reason: `${error.reason}: ${nameOf(place)}` });
    // Adding twice is adding once.
    return unambiguous(error);
  }
}

async function putIn(place: Place, userId: string, calls: Calls): Promise<void> {
  await calls.write((client, options) => client.memberships.add(containerOf(place), userId, place.role, options));
}

/** Takes somebody out of a place, if they are in it. @throws Refused, RetryLater */
export async function takeOut(place: Place, userId: string, calls: Calls): Promise<void> {
  try {
    await calls.write((client, options) => client.memberships.remove(containerOf(place), userId, options));
  } catch (error) {
    // Somebody was faster, or they were never in it.
    if (!(error instanceof Refused && error.reason === "not_found")) throw error;
  }
}

/** A failure after which nobody has to wait until a request that may still be under way is over. */
export function unambiguous<Failure>(error: Failure): Failure | RetryLater {
  if (!(error instanceof RetryLater)) return error;
  const { reason, message, afterMs, cause } = error;
  return new RetryLater(reason, { message, afterMs, cause, ambiguous: false });
}
