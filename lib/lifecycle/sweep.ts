import { ApiException } from "../arize/errors.ts";
import type { UsersPage } from "../arize/users-client.ts";
import { RetryLater } from "../errors.ts";
import { readListing, writeListing } from "../ledger/listing.ts";
import { endRun, type Run, readRun, readStates, writeRun } from "../ledger/runs.ts";
import { findShelved, listDue, unschedule } from "../ledger/shelf.ts";
import { isLeaving, type State } from "../ledger/state.ts";
import { log, metricNames } from "../telemetry.ts";
import { Calls } from "./calls.ts";
import type { LifecycleEvent } from "./event.ts";
import { pages } from "./pages.ts";
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
  /** Users looked at, or in mode `due` events. */
  users: number;
  /** Events put on the queue. */
  queued: number;
  /** Full listings only: whether the listing could be believed. */
  trusted?: boolean;
  plan: PlanEntry[];
}

/** When this little of the function's time is left, a sweep writes down where it is and ends. */
const stopMs = 20_000;

/** Looks at every open invitation; queues renewals and reminders. @throws RetryLater */
export async function sweepInvitations(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  const { table, config } = workshop;
  const now = Date.now();
  const resumed = request.dryRun ? undefined : await readRun(table, "invitations", now);
  const swept: Swept = { finished: true, users: resumed?.users ?? 0, queued: 0, plan: [] };
  for await (const page of pages(callsOf(workshop, request), { status: ["invited", "expired"] }, resumed?.cursor)) {
    const known = await statesOf(page, workshop);
    const entries = page.users
      .map((user) => planInvitation(user, known(user.email), now, config))
      .filter((entry) => entry !== undefined);
    swept.users += page.users.length;
    if (request.dryRun) swept.plan.push(...entries);
    else swept.queued += await sendUnparked(entries, workshop);
    for (const { wants } of entries) if (wants === "abandoned") workshop.arize.metrics.add(metricNames.abandoned);
    if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
    const { users } = swept;
    await writeRun(table, "invitations", { cursor: page.nextCursor, users, lingering: [], trusted: true, at: now });
    return { ...swept, finished: false };
  }
  if (!request.dryRun) await endRun(table, "invitations");
  return swept;
}

// What Arize refused once waits for an operator, and is not sent and refused again every hour.
async function sendUnparked(entries: readonly PlanEntry[], { table, queue }: Workshop): Promise<number> {
  const events: LifecycleEvent[] = [];
  for (const { event } of entries) {
    if (event !== undefined && (await findShelved(table, "PARKED", event.id)) === undefined) events.push(event);
  }
  await queue.send(events);
  return events.length;
}

/** Queues the events whose time has come; in mode `observe` they stay, since nothing would come of them. @throws RetryLater */
export async function sweepDue({ table, queue, config }: Workshop, request: SweepRequest): Promise<Swept> {
  const { events, unreadable } = await listDue(table, Date.now());
  if (unreadable > 0) log("error", "due events cannot be read", { mode: "due", count: unreadable });
  const isActing = !request.dryRun && config.mode === "act";
  const failed: unknown[] = [];
  for (const event of isActing ? events : []) {
    try {
      // Sent before it is forgotten: an end in between repeats it, and the ledger knows an event that it has seen.
      await queue.send([{ ...event, attempt: event.attempt + 1 }]);
      await unschedule(table, event);
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
  const plan = events.map(
    (event): PlanEntry => ({ wants: "apply", email: event.person.email ?? "", userId: "", event }),
  );
  return {
    finished: true,
    users: events.length,
    queued: isActing ? events.length : 0,
    plan: request.dryRun ? plan : [],
  };
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
  const left: PlanEntry[] = [];
  try {
    for await (const page of pages(callsOf(workshop, request), {}, run.cursor || undefined)) {
      const unfinished = await lookForLingering(page, run, workshop);
      if (request.dryRun) left.push(...unfinished);
      if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
      await writeRun(table, "full", { ...run, cursor: page.nextCursor });
      return { finished: false, users: run.users, queued: 0, plan: [] };
    }
  } catch (error) {
    if (!isBrokenListing(error)) throw error;
    run.trusted = false;
  }
  const swept = await endListing(run, workshop, request, now);
  return { ...swept, plan: [...swept.plan, ...left] };
}

/** @returns those whose leaver came and who are still there all the same: held, waiting, or merely observed */
async function lookForLingering(page: UsersPage, run: Run, workshop: Workshop): Promise<PlanEntry[]> {
  const known = await statesOf(page, workshop);
  const unfinished: PlanEntry[] = [];
  run.users += page.users.length;
  for (const { status, email, id: userId } of page.users) {
    if (status === "unknown") run.trusted = false;
    const state = known(email);
    const leftAt = state === undefined ? undefined : leftForGood(state);
    if (leftAt !== undefined) run.lingering.push({ userId, email, leftAt });
    else if (state !== undefined && isLeaving(state)) unfinished.push({ wants: "decision", email, userId });
  }
  return unfinished;
}

async function endListing(run: Run, workshop: Workshop, request: SweepRequest, now: number): Promise<Swept> {
  const { table, queue, config, arize } = workshop;
  const last = request.acceptShrink ? undefined : await readListing(table);
  const trusted = isListingTrusted({ ...run, statusesKnown: run.trusted }, last, config.guards.maxListingShrink);
  const events = trusted ? run.lingering.map((who) => lingeringLeaver(who.userId, who.email, who.leftAt, now)) : [];
  const plan = events.map((event, index) => toRemove(event, run.lingering[index]?.userId ?? ""));
  if (request.dryRun) return { finished: true, users: run.users, queued: 0, trusted, plan };
  if (trusted) {
    await writeListing(table, { users: run.users, at: new Date(now).toISOString() });
    await queue.send(events);
  } else {
    arize.metrics.add(metricNames.listingDistrusted);
    log("error", "listing not believed", { mode: "full", count: run.users });
  }
  await endRun(table, "full");
  return { finished: true, users: run.users, queued: trusted ? events.length : 0, trusted, plan: [] };
}

function toRemove(event: LifecycleEvent, userId: string): PlanEntry {
  return { wants: "remove", email: event.person.email ?? "", userId, event };
}

function callsOf({ arize }: Workshop, { remainingMs }: SweepRequest): Calls {
  return new Calls(arize, { priority: "other", remainingMs });
}

function isBrokenListing(error: unknown): boolean {
  if (!(error instanceof RetryLater)) return false;
  if (error.reason === "listing_broken") return true;
  const codes = ["listing_truncated", "cursor_repeated", "cursor_refused"];
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
