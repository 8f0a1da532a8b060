import { setTimeout as delay } from "node:timers/promises";
import { Refused, RetryLater } from "../../errors.ts";
import { cursorWatch } from "../../http/cursor-watch.ts";
import { readListing, writeListing } from "../../ledger/listing.ts";
import { endRun, type Run, readRun, writeRun } from "../../ledger/runs.ts";
import type { DirectoryPage } from "../../sources/directory.ts";
import { describeError, type LogFields, log, metricNames } from "../../telemetry.ts";
import type { Workshop } from "../workshop.ts";
import { notePeople } from "./listed-people.ts";
import type { PlanEntry } from "./reconcile.ts";
import { isListingTrusted } from "./reconcile.ts";
import { type SweepRequest, stopMs } from "./sweep-request.ts";

/** How long a source is left alone at least, whatever it says: some say 0. */
const leastWaitMs = 1_000;

/** What the sources' listings told. */
export interface SourcesSwept {
  /** False when the time was up; then `run` has been written down. */
  finished: boolean;
  queued: number;
  plan: PlanEntry[];
  /** In a dry run, which writes nothing down: the people whom each source listed. */
  seen: Map<string, Set<string>>;
}

/**
 * Goes through the listing of each source that has one, and asks about those whose joiner was missed. Which of them can be
 * believed is noted in `run`: a listing that breaks off, runs in a circle, is empty or shrank by too much says of nobody
 * that they left. One source's failure costs the others nothing.
 * @throws RetryLater from the ledger and the queue
 */
export async function sweepSources(run: Run, workshop: Workshop, request: SweepRequest): Promise<SourcesSwept> {
  const swept: SourcesSwept = { finished: true, queued: 0, plan: [], seen: new Map() };
  for (const source of workshop.sources.listable()) {
    if (run.sources[source] !== undefined) continue;
    const trusted = await sweepSource(source, run.at, swept, workshop, request);
    if (trusted !== undefined) run.sources[source] = trusted;
    else if (!request.dryRun) await writeRun(workshop.table, "full", run);
    if (trusted === undefined) return { ...swept, finished: false };
  }
  return swept;
}

/** @returns whether the listing can be believed; `undefined` when the time was up */
async function sweepSource(
  source: string,
  at: number,
  swept: SourcesSwept,
  workshop: Workshop,
  request: SweepRequest,
): Promise<boolean | undefined> {
  const { table } = workshop;
  const key = `full ${source}`;
  const resumed = request.dryRun ? undefined : await readRun(table, key, at);
  const run: Run =
    resumed?.at === at ? resumed : { cursor: "", users: 0, lingering: [], trusted: true, sources: {}, at };
  const seen = new Set<string>();
  swept.seen.set(source, seen);
  try {
    for await (const page of pagesOf(source, run.cursor || undefined, workshop, request)) {
      const noted = await notePeople(source, page.people, at, workshop, request);
      run.users += noted.count;
      swept.queued += noted.queued;
      swept.plan.push(...noted.plan);
      for (const person of noted.seen) seen.add(person);
      if (page.next === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
      await writeRun(table, key, { ...run, cursor: page.next });
      return undefined;
    }
  } catch (error) {
    if (!isSourcesFault(error)) throw error;
    if (!request.dryRun) await endRun(table, key);
    return distrust(source, run, reasonOf(error), workshop, request);
  }
  return endListing(source, run, workshop, request);
}

async function endListing(source: string, run: Run, workshop: Workshop, request: SweepRequest): Promise<boolean> {
  const { table, config } = workshop;
  if (!request.dryRun) await endRun(table, `full ${source}`);
  const last = await readListing(table, source);
  const reference = request.acceptShrink ? undefined : last;
  const counted = { users: run.users, statusesKnown: true };
  const isTrusted = run.users > 0 && isListingTrusted(counted, reference, config.guards.maxListingShrink);
  if (!isTrusted && last !== undefined) return distrust(source, run, { reason: "shrank" }, workshop, request);
  // Nobody yet, or a permission that is not there: nothing is concluded from it, and nothing is wrong either.
  const outcome = isTrusted ? "finished" : "empty";
  if (isTrusted && !request.dryRun) {
    await writeListing(table, { users: run.users, at: new Date(run.at).toISOString() }, source);
  }
  if (!request.dryRun) log("info", "source listed", { mode: "full", source, outcome, count: run.users });
  return isTrusted;
}

function distrust(source: string, run: Run, why: LogFields, { arize }: Workshop, { dryRun }: SweepRequest): false {
  if (dryRun) return false;
  arize.metrics.add(metricNames.listingDistrusted);
  log("error", "listing not believed", { mode: "full", source, count: run.users, ...why });
  return false;
}

/** A listing part by part. @throws RetryLater `listing_broken` when it runs in a circle, and what the source throws */
async function* pagesOf(
  source: string,
  start: string | undefined,
  workshop: Workshop,
  request: SweepRequest,
): AsyncGenerator<DirectoryPage, void> {
  const isRepeated = cursorWatch(start);
  let cursor = start;
  do {
    const page = await patiently(source, cursor, workshop, request);
    cursor = page.next;
    if (cursor !== undefined && isRepeated(cursor)) throw new RetryLater("listing_broken");
    yield page;
  } while (cursor !== undefined);
}

/** Asks for a part again when the source said how long to wait for it, and there is the time. */
async function patiently(
  source: string,
  cursor: string | undefined,
  { sources }: Workshop,
  { remainingMs }: SweepRequest,
): Promise<DirectoryPage> {
  for (;;) {
    try {
      return await sources.list(source, cursor, { priority: "other", remainingMs });
    } catch (error) {
      const waitMs = error instanceof RetryLater ? error.afterMs : undefined;
      if (waitMs === undefined || waitMs > remainingMs() - stopMs) throw error;
      await delay(Math.max(leastWaitMs, waitMs));
    }
  }
}

function isSourcesFault(error: unknown): error is RetryLater | Refused {
  if (error instanceof Refused) return true;
  const ours = ["ledger_unavailable", "queue_unavailable"];
  return error instanceof RetryLater && !ours.includes(error.reason);
}

function reasonOf(error: RetryLater | Refused) {
  return { ...describeError(error.cause), reason: error.reason };
}
