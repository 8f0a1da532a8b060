import type { UsersPage } from "../../arize/users-client.ts";
import { readListing, writeListing } from "../../ledger/listing.ts";
import { endRun, type Run, readRun, writeRun } from "../../ledger/runs.ts";
import { isLeaving, isSuspendWaiting } from "../../ledger/state.ts";
import { seenAt } from "../../ledger/ties.ts";
import { log, metricNames } from "../../telemetry.ts";
import { isBrokenListing, pagesAhead } from "../calls/pages.ts";
import type { LifecycleEvent } from "../event.ts";
import type { Workshop } from "../workshop.ts";
import { sendHints } from "./listed-people.ts";
import { hintOf, missedLeaver } from "./missed.ts";
import { isListingTrusted, leftForGood, lingeringLeaver, type PlanEntry } from "./reconcile.ts";
import { type SourcesSwept, sweepSources } from "./source-sweep.ts";
import { callsOf, type KnownStates, type SweepRequest, type Swept, statesOf, stopMs } from "./sweep-request.ts";

/**
 * Lists everybody once: counts them for the deletion budget, and queues leavers for those who are still there although
 * the ledger saw them go. Before that the sources' own listings: they are asked about whoever is in one of them and not at
 * Arize, or at Arize and not in theirs any more. A listing that cannot be believed changes nothing.
 * @throws RetryLater
 */
export async function sweepEverybody(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  const { table } = workshop;
  const now = Date.now();
  const resumed = request.dryRun ? undefined : await readRun(table, "full", now);
  const run: Run = resumed ?? { cursor: "", users: 0, lingering: [], trusted: true, sources: {}, at: now };
  const listed = await sweepSources(run, workshop, request);
  if (!listed.finished) return { finished: false, users: run.users, queued: listed.queued, plan: [] };
  const found = { queued: listed.queued, plan: [...listed.plan] };
  try {
    for await (const page of pagesAhead(callsOf(workshop, request), {}, run.cursor || undefined)) {
      const entries = await lookAt(page, run, listed, workshop);
      if (request.dryRun) found.plan.push(...entries);
      else found.queued += await sendHints(entries, workshop);
      if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
      await writeRun(table, "full", { ...run, cursor: page.nextCursor });
      return { finished: false, users: run.users, queued: found.queued, plan: [] };
    }
  } catch (error) {
    if (!isBrokenListing(error)) throw error;
    run.trusted = false;
  }
  const swept = await endListing(run, workshop, request, now);
  const distrusted = Object.keys(run.sources).filter((source) => !run.sources[source]);
  return {
    ...swept,
    queued: swept.queued + found.queued,
    plan: [...swept.plan, ...found.plan],
    ...(distrusted.length > 0 && { distrusted }),
  };
}

async function lookAt(page: UsersPage, run: Run, listed: SourcesSwept, workshop: Workshop): Promise<PlanEntry[]> {
  const known = await statesOf(page, workshop);
  return [...lookForLingering(page, run, known), ...lookForMissed(page, run, listed, known, workshop)];
}

/** @returns those whose leaver or suspend came and was not done: it is held, waits, or was merely observed */
function lookForLingering(page: UsersPage, run: Run, known: KnownStates): PlanEntry[] {
  const unfinished: PlanEntry[] = [];
  run.users += page.users.length;
  for (const { status, email, id: userId } of page.users) {
    if (status === "unknown") run.trusted = false;
    const state = known(email);
    const leftAt = state === undefined ? undefined : leftForGood(state);
    if (leftAt !== undefined) run.lingering.push({ userId, email, leftAt });
    else if (state !== undefined && (isLeaving(state) || isSuspendWaiting(state)))
      unfinished.push({ wants: "decision", email, userId });
  }
  return unfinished;
}

/** @returns those who came from a source whose listing does not have them any more: it is asked about each */
function lookForMissed(
  { users }: UsersPage,
  run: Run,
  { seen }: SourcesSwept,
  known: KnownStates,
  { config, identity }: Workshop,
): PlanEntry[] {
  const believed = Object.keys(run.sources).filter((source) => run.sources[source]);
  const missed: PlanEntry[] = [];
  for (const { email, id: userId } of users) {
    const state = known(email);
    if (state === undefined) continue;
    for (const source of believed) {
      if (seen.get(source)?.has(identity.person(email)) || seenAt(state, source) === run.at) continue;
      const externalId = missedLeaver({ source, email }, state, Date.now(), config);
      if (externalId === undefined) continue;
      missed.push({ wants: "missed_leaver", email, userId, event: hintOf({ source, externalId, email }, run.at) });
    }
  }
  return missed;
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
