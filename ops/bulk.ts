import { isWaiting, listShelved, type Shelf, type Shelved } from "../lib/ledger/shelf.ts";
import type { Caller } from "./caller.ts";
import type { Connection } from "./connection.ts";
import { type BulkAnswer, findProposal, type Proposal, signedBy } from "./second-person.ts";
import { dismiss, putBack } from "./shelves.ts";

/** Which of the events on a shelf are meant; all that wait, unless something is said. */
export interface ShelfFilter {
  reason?: string | undefined;
  kind?: string | undefined;
  source?: string | undefined;
  /** Waiting since before this moment, ISO 8601. */
  before?: string | undefined;
}

/** The events of a shelf that wait and fit, oldest first. @throws RetryLater */
export async function selectShelved(
  { table }: Pick<Connection, "table">,
  shelf: Shelf,
  { reason, kind, source, before }: ShelfFilter,
): Promise<Shelved[]> {
  const shelved = await listShelved(table, shelf);
  const now = Date.now();
  return shelved.filter(
    (one) =>
      isWaiting(one, now) &&
      (reason === undefined || one.reason === reason) &&
      (kind === undefined || one.event.kind === kind) &&
      (source === undefined || one.event.source === source) &&
      (before === undefined || Date.parse(one.at) < Date.parse(before)),
  );
}

/** What can be done with what waits on a shelf: put it back, or give it up. */
export const verbs = {
  HELD: ["release", "dismiss"],
  PARKED: ["redrive", "dismiss"],
} as const satisfies Record<Shelf, readonly [putBack: string, giveUp: string]>;
export type Verb = (typeof verbs)[Shelf][number];

export interface BulkRequest {
  shelf: Shelf;
  verb: Verb;
  caller: Caller;
  note: string;
  onDone?: () => void;
}

/** What somebody else wants done to just these events, by verb. @throws RetryLater */
export async function proposalsFor(
  { table }: Pick<Connection, "table">,
  shelf: Shelf,
  chosen: readonly Shelved[],
): Promise<{ verb: Verb; proposal: Proposal }[]> {
  const ids = chosen.map(({ event }) => event.id);
  const found = await Promise.all(
    verbs[shelf].map(async (verb) => ({ verb, proposal: await findProposal(table, wishOf(shelf, verb), ids) })),
  );
  return found.flatMap(({ verb, proposal }) => (proposal === undefined ? [] : [{ verb, proposal }]));
}

function wishOf(shelf: Shelf, verb: Verb): string {
  return `${shelf} ${verb}`;
}

/**
 * Decides about several events at once. More than `guards.twoPeopleAbove` take a second operator, who asks for the same.
 * @throws RetryLater; what was done until then is done, and asking again goes on with the rest
 */
export async function decideAll(
  connection: Connection,
  chosen: readonly Shelved[],
  { shelf, verb, caller, note, onDone }: BulkRequest,
): Promise<BulkAnswer> {
  const ids = chosen.map(({ event }) => event.id);
  const by = await signedBy(connection, wishOf(shelf, verb), ids, caller);
  if (by === undefined) return { proposed: true, count: ids.length };
  const decide = verb === "dismiss" ? dismiss : putBack;
  let done = 0;
  for (const id of ids) {
    if (await decide(connection, shelf, id, { by, note })) done++;
    onDone?.();
  }
  return { done };
}
