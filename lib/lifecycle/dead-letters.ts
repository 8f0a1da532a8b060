import { isDismissed } from "../ledger/dismissals.ts";
import { shelveMalformed } from "../ledger/malformed.ts";
import { findShelved, shelve, unshelve } from "../ledger/shelf.ts";
import { append, entryOf, hasEnded } from "../ledger/trail.ts";
import type { DeadLetter, Lane } from "../queue.ts";
import { type LifecycleEvent, parseEvent } from "./event.ts";
import { deduplicationId } from "./identity.ts";
import { identify } from "./subject.ts";
import type { Workshop } from "./workshop.ts";

/** What the dead-letter queues are looked through with. */
export type DeadLetterOffice = Pick<Workshop, "config" | "identity" | "table" | "queue">;

/** A message that SQS gave up, and that operators can now see in the ledger. */
export interface Recorded {
  /** The event's id, or the message's where it held none. */
  id: string;
  reason: "dead_lettered" | "malformed_event";
}

/** When this little of the function's time is left, no more messages are asked for. */
const stopMs = 10_000;

/**
 * Lists in the ledger as parked what SQS itself moved to a lane's dead-letter queue, so that it can be redriven or
 * dismissed like anything else. The messages stay on the queue: its alarm is to ring until an operator has looked.
 * @throws RetryLater, after all other messages have been seen to
 */
export async function recordDeadLetters(
  lane: Lane,
  office: DeadLetterOffice,
  remainingMs: () => number,
): Promise<Recorded[]> {
  const hidden = new Set<string>();
  const settled: PromiseSettledResult<Recorded | undefined>[] = [];
  try {
    while (remainingMs() > stopMs) {
      const letters = await office.queue.lookAtDeadLetters(lane);
      if (letters.length === 0) break;
      for (const { receipt } of letters) hidden.add(receipt);
      const forget = (letter: DeadLetter) => hidden.delete(letter.receipt);
      settled.push(...(await Promise.allSettled(letters.map((letter) => recordOne(letter, lane, office, forget)))));
    }
  } finally {
    await office.queue.unhideDeadLetters(lane, [...hidden]);
  }
  const failed = settled.find((one) => one.status === "rejected");
  if (failed) throw failed.reason;
  return settled.flatMap((one) => (one.status === "fulfilled" ? (one.value ?? []) : []));
}

async function recordOne(
  letter: DeadLetter,
  lane: Lane,
  office: DeadLetterOffice,
  forget: (letter: DeadLetter) => void,
): Promise<Recorded | undefined> {
  const event = readEvent(letter.body);
  if (event !== undefined) {
    // A copy of what was no event has another group; the version that runs now can read it, so it has not been listed.
    const isListed = letter.isCopy && letter.group === deduplicationId(event);
    const recorded = isListed ? undefined : await recordEvent(event, office);
    if (recorded === undefined && !(await isOpen(event, office))) {
      await office.queue.deleteDeadLetter(lane, letter);
      forget(letter);
    }
    return recorded;
  }
  if (letter.isCopy) return undefined;
  const isNew = await shelveMalformed(office.table, letter.messageId, lane, Date.now());
  return isNew ? { id: letter.messageId, reason: "malformed_event" } : undefined;
}

// A redrive or a dismissal may have missed the message because it was hidden just then. Until a redriven attempt has ended
// nobody knows whether it ever came to the queue.
async function isOpen({ id, attempt }: LifecycleEvent, { table }: DeadLetterOffice): Promise<boolean> {
  const shelved = await findShelved(table, "PARKED", id);
  return shelved !== undefined && (shelved.event.attempt === attempt || shelved.releasedAt !== undefined);
}

function readEvent(body: string): LifecycleEvent | undefined {
  try {
    return parseEvent(body);
  } catch {
    return undefined;
  }
}

/**
 * An attempt whose end is already written down was seen before, by an earlier look or by the worker: redriven or dismissed
 * since, it must not come back to the shelf because its message is still on the queue. Nor must another attempt of what was
 * dismissed.
 */
async function recordEvent(event: LifecycleEvent, office: DeadLetterOffice): Promise<Recorded | undefined> {
  const { config, identity, table } = office;
  const { person } = await identify(event, office);
  for (const one of new Set([person, identity.group(event)])) {
    if (await hasEnded(table, one, event)) return undefined;
  }
  if (await isDismissed(table, event)) return undefined;
  const now = Date.now();
  const reason = "dead_lettered";
  // The history comes last: it is what says that all of this is done.
  await shelve(table, "PARKED", { event, person, reason }, now);
  if (event.attempt > 0) await unshelve(table, "HELD", event);
  const entry = { ...entryOf(event, now), outcome: "parked", reason, mode: config.mode };
  await append(table, person, entry, config.auditDays);
  return { id: event.id, reason };
}
