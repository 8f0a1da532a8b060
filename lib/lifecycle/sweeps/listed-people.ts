import { readPointer, writePointer } from "../../ledger/pointers.ts";
import { readStates } from "../../ledger/runs.ts";
import { findShelved } from "../../ledger/shelf.ts";
import type { State } from "../../ledger/state.ts";
import { externalIdAt, noteSeen } from "../../ledger/ties.ts";
import type { SourcePerson } from "../../sources/directory.ts";
import { emailSchema, type LifecycleEvent } from "../event.ts";
import type { Workshop } from "../workshop.ts";
import { hintOf, isMissedJoiner, type Listed } from "./missed.ts";
import type { PlanEntry } from "./reconcile.ts";
import type { SweepRequest } from "./sweep-request.ts";

/** What came of a part of a source's listing. */
export interface Noted {
  /** How many people in it should have access. */
  count: number;
  queued: number;
  plan: PlanEntry[];
  /** The people, in a dry run only: else it is written down for each. */
  seen: string[];
}

/** Somebody in a listing, as the ledger knows them. */
interface Known extends Listed {
  person: string;
  isActive: boolean;
  state: State | undefined;
}

/** As many as DynamoDB reads at once. */
const batchSize = 100;

/**
 * Notes who is in a part of a source's listing: that they are in it, and whose id it is. Whoever was missed so far is asked
 * about, through the queue.
 * @param at when the run started, epoch milliseconds
 * @throws RetryLater
 */
export async function notePeople(
  source: string,
  people: readonly SourcePerson[],
  at: number,
  workshop: Workshop,
  request: SweepRequest,
): Promise<Noted> {
  const noted: Noted = { count: 0, queued: 0, plan: [], seen: [] };
  const listed = people.flatMap((person) => asListed(source, person));
  for (let start = 0; start < listed.length; start += batchSize) {
    const known = await withStates(listed.slice(start, start + batchSize), workshop);
    noted.count += known.length;
    const isFree = await Promise.all(known.map((each) => (request.dryRun ? true : note(each, at, workshop))));
    const plan = known
      .filter((each, index) => !isFree[index] || (each.isActive && isMissedJoiner(each, each.state, workshop.config)))
      .map((each): PlanEntry => ({ wants: "missed_joiner", email: each.email, userId: "", event: hintOf(each, at) }));
    if (!request.dryRun) noted.queued += await sendHints(plan, workshop);
    else noted.plan.push(...plan);
    if (request.dryRun) noted.seen.push(...known.map(({ person }) => person));
  }
  return noted;
}

// Those without an address cannot be at Arize. Who is hired and not there yet is no joiner, and has not left.
function asListed(source: string, { externalId, email, access }: SourcePerson): (Listed & { isActive: boolean })[] {
  const address = emailSchema.safeParse(email).data;
  if (address === undefined || access === "inactive") return [];
  return [{ source, externalId, email: address, isActive: access === "active" }];
}

async function withStates(
  listed: readonly (Listed & { isActive: boolean })[],
  { table, identity }: Workshop,
): Promise<Known[]> {
  const people = listed.map((each) => ({ ...each, person: identity.person(each.email) }));
  const states = await readStates(
    table,
    people.map(({ person }) => person),
  );
  return people.map((each) => ({ ...each, state: states.get(each.person) }));
}

/** @returns false for an id that is known for somebody else: their address changed, which an operator has to look at */
async function note({ source, externalId, email, person, state }: Known, at: number, { table }: Workshop) {
  if (state === undefined || externalIdAt(state, source) !== externalId) {
    const pointer = await readPointer(table, source, externalId);
    if (pointer !== undefined && pointer.email !== email) return false;
    if (pointer === undefined) await writePointer(table, source, externalId, { email });
  }
  await noteSeen(table, person, { source, externalId, at });
  return true;
}

/** Queues the hints of a plan, but for those that wait for an operator already. @returns how many @throws RetryLater */
export async function sendHints(plan: readonly PlanEntry[], { table, queue }: Workshop): Promise<number> {
  const free: LifecycleEvent[] = [];
  for (const { event } of plan) {
    if (event === undefined) continue;
    const shelved = (await findShelved(table, "HELD", event.id)) ?? (await findShelved(table, "PARKED", event.id));
    if (shelved === undefined) free.push(event);
  }
  await queue.send(free);
  return free.length;
}
