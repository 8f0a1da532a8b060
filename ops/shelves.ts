import { forgetDismissed, noteDismissed } from "../lib/ledger/dismissals.ts";
import { forgetLeaver } from "../lib/ledger/plans.ts";
import {
  findShelved,
  markReleased,
  readShelf,
  type Shelf,
  type Shelved,
  takeReleaseBack,
  unshelve,
} from "../lib/ledger/shelf.ts";
import { readState } from "../lib/ledger/state.ts";
import { forgetSuspend } from "../lib/ledger/suspension.ts";
import { append, entryOf } from "../lib/ledger/trail.ts";
import type { LifecycleEvent } from "../lib/lifecycle/event.ts";
import { giveUpOpen } from "../lib/lifecycle/open.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./print.ts";
import { unreadableReason } from "./unreadable.ts";

/** An operator's word on a shelved event: who they are and why they do it. */
export interface Word {
  by: string;
  note: string;
}

/** Where events wait, and where they go back to. */
type Waiting = Pick<Connection, "table" | "queue" | "auditDays">;

/** What waits on a shelf, oldest first, and then what cannot be read. @throws RetryLater */
export async function listShelf({ table }: Pick<Connection, "table">, shelf: Shelf): Promise<Row[]> {
  const { items, unreadable } = await readShelf(table, shelf);
  return [...items.map(toRow), ...unreadable.map((id) => ({ id, reason: unreadableReason }))];
}

function toRow({ event, reason, knownEmails, at, status, by }: Shelved): Row {
  return {
    id: event.id,
    kind: event.kind,
    person: event.person.email ?? event.person.externalId,
    ...(knownEmails.length > 0 && { "known as": knownEmails.join(", ") }),
    reason,
    since: at,
    status,
    by,
  };
}

/**
 * Puts a held or parked event back on the queue as a new attempt, and takes its copy off the dead-letter queue. What does not
 * come to the queue goes on waiting.
 * @returns false when nothing is shelved under that id
 * @throws RetryLater
 */
export async function putBack(connection: Waiting, shelf: Shelf, id: string, word: Word): Promise<boolean> {
  const { table, queue, auditDays } = connection;
  const shelved = await findShelved(table, shelf, id);
  const event = await markReleased(table, shelf, id, word);
  if (shelved === undefined || event === undefined) return false;
  const outcome = shelf === "HELD" ? "released" : "redriven";
  const entry = { ...entryOf(shelved.event, Date.now()), outcome, reason: shelved.reason, ...word };
  try {
    // The shelf forgets it once the new attempt has ended; the history does not.
    await append(table, shelved.person, entry, auditDays);
    // A worker that was in the middle of it may have put it on the shelf after it was dismissed.
    await forgetDismissed(table, event);
    await queue.send([event]);
  } catch (error) {
    // Where this fails too, it counts as waiting again after a while.
    await takeReleaseBack(table, shelf, event).catch(() => {});
    throw error;
  }
  if (shelf === "PARKED") await queue.forgetDeadLetter(event);
  return true;
}

/**
 * Gives a held or parked event up; its history says who did and why, and its attempts that are on the queue come to nothing.
 * Somebody whose leaver is given up no longer counts as leaving, whose suspend is, not as suspended: the deletion that it
 * planned is called off, and a last day that this had replaced is held. A planned deletion that is given up leaves them
 * suspended.
 * @returns false when nothing is shelved under that id
 */
export async function dismiss(
  connection: Waiting & Pick<Connection, "identity">,
  shelf: Shelf,
  id: string,
  word: Word,
): Promise<boolean> {
  const { table, queue, auditDays } = connection;
  const shelved = await findShelved(table, shelf, id);
  if (shelved === undefined) return false;
  const { person } = shelved;
  const event = { ...shelved.event, attempt: shelved.event.attempt + 1 };
  await append(table, person, { ...entryOf(event, Date.now()), outcome: "dismissed", ...word }, auditDays);
  await noteDismissed(table, event, Date.now());
  if (event.kind === "suspend") {
    const last = await forgetSuspend(table, person, event);
    if (last !== undefined) {
      const entry = { ...entryOf(last.event, Date.now()), outcome: "held", reason: last.reason };
      await append(table, person, entry, auditDays);
    }
  }
  if (event.kind === "leaver") {
    const version = shelved.version ?? (await claimedVersion(table, shelved));
    if (version !== undefined) await forgetLeaver(table, person, version);
  }
  await giveUpOpen(event, person, connection);
  await unshelve(table, shelf, event);
  await unshelveOther(table, shelf, event);
  if (shelf === "PARKED") await queue.forgetDeadLetter(event);
  return true;
}

// Of an event that was put back twice, one attempt may have come to the other shelf. By its own words: what a hint meant may
// have been found out since.
async function unshelveOther(table: Waiting["table"], shelf: Shelf, { id, receivedAt }: LifecycleEvent): Promise<void> {
  const other = shelf === "HELD" ? "PARKED" : "HELD";
  const shelved = await findShelved(table, other, id);
  if (shelved?.event.receivedAt === receivedAt) await unshelve(table, other, shelved.event);
}

/** With which version a leaver was claimed that was parked later on, when that was not at hand: `too_old`, `dead_lettered` ... */
async function claimedVersion(table: Waiting["table"], { person, event }: Shelved): Promise<number | undefined> {
  const { leaverId, mark_membership: mark } = await readState(table, person);
  return leaverId === event.id ? mark : undefined;
}
