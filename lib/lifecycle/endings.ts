import type { Refused } from "../errors.ts";
import { type Shelf, shelve, unshelve } from "../ledger/shelf.ts";
import { append, entryOf } from "../ledger/trail.ts";
import type { LifecycleEvent } from "./event.ts";
import type { Lifted } from "./subject.ts";
import type { Ending, Workshop } from "./workshop.ts";

/** Ends an event. @throws RetryLater */
export async function end(event: LifecycleEvent, ending: Ending, workshop: Workshop): Promise<Ending> {
  await writeEnding(event, ending, !["held", "parked"].includes(ending.outcome), workshop);
  return ending;
}

/** Ends an event that can never succeed as it is: it is parked. @throws RetryLater */
export async function endRefused(
  event: LifecycleEvent,
  person: string,
  refusal: Refused,
  workshop: Workshop,
  version?: number,
  made: Pick<Ending, "calls" | "retries"> = {},
): Promise<Ending> {
  return end(event, { ...(await park(event, person, refusal, workshop, version)), ...made }, workshop);
}

/**
 * Writes an event's end into the person's history, and takes an event that came back off the shelves it waited on.
 * @param isThrough whether the event is done with, so that no operator has to look at it any more
 * @throws RetryLater
 */
async function writeEnding(
  event: LifecycleEvent,
  ending: Ending,
  isThrough: boolean,
  { config, table }: Workshop,
): Promise<void> {
  const { person, ...what } = ending;
  await append(table, person, { ...entryOf(event, Date.now()), ...what, mode: config.mode }, config.auditDays);
  // What was merely observed still waits for what the operator wanted.
  if (!isThrough || event.attempt === 0 || config.mode === "observe") return;
  await unshelve(table, "HELD", event);
  await unshelve(table, "PARKED", event);
}

/** Keeps an event for an operator because a guard stopped it. @throws RetryLater */
export async function hold(
  event: LifecycleEvent,
  ending: Omit<Ending, "outcome">,
  workshop: Workshop,
  { lifted, knownEmails = [], version }: { lifted: Lifted; knownEmails?: readonly string[]; version?: number },
): Promise<Ending> {
  const { config, table } = workshop;
  // What merely would have been held has nothing for an operator to release.
  if (config.mode === "observe") return { ...ending, outcome: "would_hold" };
  const { person, reason = "unknown" } = ending;
  await shelve(
    table,
    "HELD",
    {
      event,
      person,
      reason,
      version,
      lifted: [...lifted],
      ...(knownEmails.length > 0 && { knownEmails: [...knownEmails] }),
    },
    Date.now(),
  );
  await unshelveOther(event, "PARKED", workshop);
  return { ...ending, outcome: "held" };
}

/** Keeps an event that cannot succeed as it is: in the ledger's list first, then on the dead-letter queue. @throws RetryLater */
async function park(
  event: LifecycleEvent,
  person: string,
  refusal: Refused,
  workshop: Workshop,
  version: number | undefined,
): Promise<Ending> {
  await shelve(workshop.table, "PARKED", { event, person, reason: refusal.reason, version }, Date.now());
  await workshop.queue.deadLetter(event);
  await unshelveOther(event, "HELD", workshop);
  return { person, outcome: "parked", reason: refusal.reason };
}

// An event waits on one shelf at a time: whoever lists both must not see it twice.
async function unshelveOther(event: LifecycleEvent, shelf: Shelf, { table }: Workshop): Promise<void> {
  if (event.attempt > 0) await unshelve(table, shelf, event);
}
