import type { UsersPage } from "../../arize/users-client.ts";
import { readStates } from "../../ledger/runs.ts";
import type { State } from "../../ledger/state.ts";
import { Calls } from "../calls/calls.ts";
import type { Workshop } from "../workshop.ts";
import type { PlanEntry } from "./reconcile.ts";

/** What a sweep is given. */
export interface SweepRequest {
  /** Plan only: nothing is queued and nothing written. */
  dryRun: boolean;
  /** Take a full listing as it is, however much it shrank: an operator has looked. */
  acceptShrink: boolean;
  remainingMs: () => number;
}

/** When this little of the function's time is left, a sweep writes down where it is and ends. */
export const stopMs = 20_000;

/** What a sweep found. `finished` is false when its time was up: the next run goes on from there. */
export interface Swept {
  finished: boolean;
  /** Users looked at, or in mode `due` events. */
  users: number;
  /** Events put on the queue. */
  queued: number;
  /** Full listings only: whether the listing could be believed. */
  trusted?: boolean;
  /** Full listings only: the sources whose own listing could not be believed. */
  distrusted?: string[];
  plan: PlanEntry[];
}

/** The calls of a sweep, behind those of events. */
export function callsOf({ arize }: Workshop, { remainingMs }: SweepRequest): Calls {
  return new Calls(arize, { priority: "other", remainingMs });
}

/** What the ledger knows about the users of a page, by their address. */
export type KnownStates = (email: string) => State | undefined;

/** @throws RetryLater */
export async function statesOf({ users }: UsersPage, { table, identity }: Workshop): Promise<KnownStates> {
  const people = users.map(({ email }) => identity.person(email));
  const states = await readStates(table, people);
  return (email) => states.get(identity.person(email));
}
