import { listShelved } from "../lib/ledger/shelf.ts";
import { append, entryOf, readTrailItem, type TrailEntry } from "../lib/ledger/trail.ts";
import { type Kind, type LifecycleEvent, mayTakeAway, normalizeEmail } from "../lib/lifecycle/event.ts";
import type { Caller } from "./caller.ts";
import type { Connection } from "./connection.ts";
import { readEverybody } from "./import.ts";
import { type BulkAnswer, signedBy } from "./second-person.ts";
import { putBack, type Word } from "./shelves.ts";

/**
 * What the ledger still knows of an event from some period. Histories hold no address and no payload, so an event is whole
 * only while it is parked; of what was merely observed, what takes access away can be told, by finding the person at Arize.
 */
export interface Replayable {
  how: "redrive" | "send" | "cannot";
  event: string;
  kind: string;
  email?: string;
  receivedAt: string;
  /** How it ended. */
  outcome: string;
  detail: string;
  /** Whether doing it again may end with somebody deleted. */
  mayDelete: boolean;
  /** With `send`: what goes on the queue. */
  again?: LifecycleEvent;
}

export interface Period {
  /** ISO 8601; the first moment, and the first one after the last. */
  from: string;
  to: string;
}

/**
 * Tells what of a period could be done again, and what only its source can send again. @throws RetryLater, Refused
 * @param onPage is told how many items of the ledger were read
 */
export async function planReplay(
  connection: Connection,
  period: Period,
  onPage: (count: number) => void,
): Promise<Replayable[]> {
  const isInside = (receivedAt: string) =>
    Date.parse(receivedAt) >= Date.parse(period.from) && Date.parse(receivedAt) < Date.parse(period.to);
  const parked = (await listShelved(connection.table, "PARKED")).filter(({ event }) => isInside(event.receivedAt));
  const unapplied = await readUnapplied(connection, isInside, onPage);
  const everybody = unapplied.length > 0 ? await readEverybody(connection, () => {}) : new Map();
  const emails = new Map(
    [...everybody.keys()].map((email) => [connection.identity.person(email), normalizeEmail(email)]),
  );
  return [
    ...parked.map(({ event, reason }) => ({
      how: "redrive" as const,
      event: event.id,
      kind: event.kind,
      ...(event.person.email !== undefined && { email: event.person.email }),
      receivedAt: event.receivedAt,
      outcome: "parked",
      detail: reason,
      mayDelete: mayTakeAway(event),
    })),
    ...unapplied.map(({ person, entry, isNewest }) => toReplayable(entry, emails.get(person), isNewest)),
  ];
}

interface Unapplied {
  person: string;
  entry: TrailEntry;
  /** Whether nothing about the person's membership came later. */
  isNewest: boolean;
}

const membership = ["joiner", "leaver", "suspend", "reinstate"];

/** Events that were observed and not applied, each with whether it is still the newest word about its person. */
async function readUnapplied(
  { table }: Connection,
  isInside: (receivedAt: string) => boolean,
  onPage: (count: number) => void,
): Promise<Unapplied[]> {
  const observed: { person: string; entry: TrailEntry }[] = [];
  const newest = new Map<string, number>();
  for await (const items of table.scan()) {
    onPage(items.length);
    for (const found of items.map(readTrailItem)) {
      if (found === undefined) continue;
      const { person, entry } = found;
      if (entry.outcome.startsWith("would_") && isInside(entry.receivedAt)) observed.push(found);
      if (membership.includes(entry.kind))
        newest.set(person, Math.max(newest.get(person) ?? 0, Date.parse(entry.occurredAt)));
    }
  }
  return observed.map((one) => ({
    ...one,
    isNewest: Date.parse(one.entry.occurredAt) >= (newest.get(one.person) ?? 0),
  }));
}

/** What was observed and needs nothing but an address. */
const kindThatWould: Partial<Record<string, Kind>> = { would_delete: "leaver", would_suspend: "suspend" };

function toReplayable(entry: TrailEntry, email: string | undefined, isNewest: boolean): Replayable {
  const { event, receivedAt, outcome } = entry;
  const about = { event, kind: entry.kind, receivedAt, outcome, mayDelete: false };
  const kind = kindThatWould[outcome];
  if (kind === undefined) {
    return { ...about, how: "cannot", detail: "the ledger does not keep what it said: have its source send it again" };
  }
  if (!isNewest) return { ...about, how: "cannot", detail: "something newer is known about the person" };
  if (email === undefined) return { ...about, how: "cannot", detail: "they are not at Arize any more" };
  return {
    ...about,
    how: "send",
    email,
    mayDelete: true,
    detail: "was observed, and is still at Arize",
    again: again(entry, kind, email),
  };
}

// Under its own id and time, so that whatever is newer goes before it, and its source must still be trusted with it.
function again(
  { event, source, attempt, occurredAt, receivedAt }: TrailEntry,
  kind: Kind,
  email: string,
): LifecycleEvent {
  return { id: event, source, kind, attempt: attempt + 1, occurredAt, receivedAt, person: { email } };
}

async function sendAgain(connection: Connection, event: LifecycleEvent, word: Word): Promise<void> {
  const { table, identity, queue, auditDays } = connection;
  await append(table, identity.group(event), { ...entryOf(event, Date.now()), outcome: "asked", ...word }, auditDays);
  await queue.send([event]);
}

/**
 * Puts everything that can be on the queue again. More than `guards.twoPeopleAbove` take a second operator, who asks for the
 * same events.
 * @throws RetryLater; what was done until then is done, and asking again goes on with the rest
 */
export async function replay(
  connection: Connection,
  plan: readonly Replayable[],
  { caller, note }: { caller: Caller; note: string },
  onDone: () => void,
): Promise<BulkAnswer> {
  const possible = plan.filter(({ how }) => how !== "cannot");
  const ids = possible.map(({ event }) => event);
  const by = await signedBy(connection, "replay", ids, caller);
  if (by === undefined) return { proposed: true, count: ids.length };
  let done = 0;
  for (const { how, event, again } of possible) {
    if (how === "redrive" && (await putBack(connection, "PARKED", event, { by, note }))) done++;
    if (how === "send" && again !== undefined) {
      await sendAgain(connection, again, { by, note });
      done++;
    }
    onDone();
  }
  return { done };
}
