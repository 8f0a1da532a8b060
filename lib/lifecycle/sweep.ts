import { cursorWatch } from "../arize/cursor-watch.ts";
import { ApiException } from "../arize/errors.ts";
import type { UsersListQuery } from "../arize/requests.ts";
import type { UsersPage } from "../arize/users-client.ts";
import { RetryLater } from "../errors.ts";
import { readListing, writeListing } from "../ledger/listing.ts";
import { endRun, type Run, readRun, readStates, writeRun } from "../ledger/runs.ts";
import { listDue, unschedule } from "../ledger/shelf.ts";
import type { State } from "../ledger/state.ts";
import { log, metricNames } from "../telemetry.ts";
import { Calls } from "./calls.ts";
import type { LifecycleEvent } from "./event.ts";
import { isListingTrusted, leftForGood, lingeringLeaver, type PlanEntry, planInvitation } from "./reconcile.ts";
import type { Workshop } from "./workshop.ts";

/** What a sweep is given. */
export interface SweepRequest {
  /** Plan only: nothing is queued and nothing written. */
  dryRun: boolean;
  /** Take a full listing as it is, however much it shrank: an operator has looked. */
  acceptShrink: boolean;
  remainingMs: () => number;
}

/** What a sweep found. `finished` is false when its time was up: the next run goes on from there. */
export interface Swept {
  finished: boolean;
  /** Users looked at. */
  users: number;
  /** Full listings only: whether the listing could be believed. */
  trusted?: boolean;
  plan: PlanEntry[];
}

/** When this little of the function's time is left, a sweep writes down where it is and ends. */
const stopMs = 20_000;

/** Looks at every open invitation; queues renewals and reminders. @throws RetryLater */
export async function sweepInvitations(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  const { table, config, queue } = workshop;
  const now = Date.now();
  const resumed = request.dryRun ? undefined : await readRun(table, "invitations", now);
  const swept: Swept = { finished: true, users: resumed?.users ?? 0, plan: [] };
  for await (const page of pages(workshop, { status: ["invited", "expired"] }, resumed?.cursor, request.remainingMs)) {
    const known = await statesOf(page, workshop);
    const entries = page.users
      .map((user) => planInvitation(user, known(user.email), now, config))
      .filter((entry) => entry !== undefined);
    swept.users += page.users.length;
    if (request.dryRun) swept.plan.push(...entries);
    else await queue.send(entries.flatMap(({ event }) => event ?? []));
    for (const { wants } of entries) if (wants === "abandoned") workshop.arize.metrics.add(metricNames.abandoned);
    if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
    const { users } = swept;
    await writeRun(table, "invitations", { cursor: page.nextCursor, users, lingering: [], trusted: true, at: now });
    return { ...swept, finished: false };
  }
  if (!request.dryRun) await endRun(table, "invitations");
  return swept;
}

/** Queues the events whose time has come. @throws RetryLater */
export async function sweepDue({ table, queue }: Workshop, request: SweepRequest): Promise<Swept> {
  const due = await listDue(table, Date.now());
  for (const event of request.dryRun ? [] : due) {
    // Sent before it is forgotten: an end in between repeats it, and the ledger knows an event that it has seen.
    await queue.send([{ ...event, attempt: event.attempt + 1 }]);
    await unschedule(table, event);
  }
  const plan = due.map((event): PlanEntry => ({ wants: "apply", email: event.person.email ?? "", userId: "", event }));
  return { finished: true, users: due.length, plan: request.dryRun ? plan : [] };
}

/**
 * Lists everybody once: counts them for the deletion budget, and queues leavers for those who are still there although
 * the ledger saw them go. A listing that cannot be believed changes nothing.
 * @throws RetryLater
 */
export async function sweepEverybody(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  const { table } = workshop;
  const now = Date.now();
  const resumed = request.dryRun ? undefined : await readRun(table, "full", now);
  const run: Run = resumed ?? { cursor: "", users: 0, lingering: [], trusted: true, at: now };
  try {
    for await (const page of pages(workshop, {}, run.cursor || undefined, request.remainingMs)) {
      await lookForLingering(page, run, workshop);
      if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
      await writeRun(table, "full", { ...run, cursor: page.nextCursor });
      return { finished: false, users: run.users, plan: [] };
    }
  } catch (error) {
    if (!isBrokenListing(error)) throw error;
    run.trusted = false;
  }
  return endListing(run, workshop, request, now);
}

async function lookForLingering(page: UsersPage, run: Run, workshop: Workshop): Promise<void> {
  const known = await statesOf(page, workshop);
  run.users += page.users.length;
  for (const { status, email, id: userId } of page.users) {
    if (status === "unknown") run.trusted = false;
    const state = known(email);
    const leftAt = state === undefined ? undefined : leftForGood(state);
    if (leftAt !== undefined) run.lingering.push({ userId, email, leftAt });
  }
}

async function endListing(run: Run, workshop: Workshop, request: SweepRequest, now: number): Promise<Swept> {
  const { table, queue, config, arize } = workshop;
  const last = request.acceptShrink ? undefined : await readListing(table);
  const trusted = isListingTrusted({ ...run, statusesKnown: run.trusted }, last, config.guards.maxListingShrink);
  const events = trusted ? run.lingering.map((who) => lingeringLeaver(who.userId, who.email, who.leftAt, now)) : [];
  const plan = events.map((event, index) => toRemove(event, run.lingering[index]?.userId ?? ""));
  if (request.dryRun) return { finished: true, users: run.users, trusted, plan };
  if (trusted) {
    await writeListing(table, { users: run.users, at: new Date(now).toISOString() });
    await queue.send(events);
  } else {
    arize.metrics.add(metricNames.listingDistrusted);
    log("error", "listing not believed", { mode: "full", count: run.users });
  }
  await endRun(table, "full");
  return { finished: true, users: run.users, trusted, plan: [] };
}

function toRemove(event: LifecycleEvent, userId: string): PlanEntry {
  return { wants: "remove", email: event.person.email ?? "", userId, event };
}

function isBrokenListing(error: unknown): boolean {
  if (!(error instanceof RetryLater)) return false;
  if (error.reason === "listing_broken") return true;
  const codes = ["listing_truncated", "cursor_repeated"];
  return error.cause instanceof ApiException && codes.includes(error.cause.errorCode ?? "");
}

async function statesOf(
  { users }: UsersPage,
  { table, identity }: Workshop,
): Promise<(email: string) => State | undefined> {
  const people = users.map(({ email }) => identity.person(email));
  const states = await readStates(table, people);
  return (email) => states.get(identity.person(email));
}

/**
 * A listing page by page, each asked for on its own so that one that met a 429 can be asked for again: a generator that
 * threw is over, and would then look like a listing that came to its end.
 */
async function* pages(
  { arize }: Workshop,
  query: UsersListQuery,
  start: string | undefined,
  remainingMs: () => number,
): AsyncGenerator<UsersPage> {
  const calls = new Calls(arize, { priority: "other", remainingMs });
  const isRepeated = cursorWatch(start);
  let cursor = start;
  do {
    const page = await calls.read((client, options) => firstPage(client.listPages({ ...query, cursor }, options)));
    cursor = page.nextCursor;
    if (cursor !== undefined && isRepeated(cursor)) throw new RetryLater("listing_broken");
    yield page;
  } while (cursor !== undefined);
}

async function firstPage(listing: AsyncGenerator<UsersPage, void>): Promise<UsersPage> {
  const { value } = await listing.next();
  return value ?? { users: [], nextCursor: undefined };
}
