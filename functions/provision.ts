import middy from "@middy/core";
import type { Context, SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { readEnvironment } from "../lib/config.ts";
import { Refused, RetryLater } from "../lib/errors.ts";
import { type FailedRun, workFifoBatch } from "../lib/fifo-batch.ts";
import { lazy } from "../lib/lazy.ts";
import { readListing } from "../lib/ledger/listing.ts";
import { shelveMalformed } from "../lib/ledger/malformed.ts";
import type { Alone } from "../lib/lifecycle/alone.ts";
import { backoffMs } from "../lib/lifecycle/backoff.ts";
import { type LifecycleEvent, mayTakeAway, parseEvent, takesAway } from "../lib/lifecycle/event.ts";
import { leaveOpen } from "../lib/lifecycle/open.ts";
import { work } from "../lib/lifecycle/work.ts";
import type { Ending, Workshop } from "../lib/lifecycle/workshop.ts";
import { prewarm } from "../lib/prewarm.ts";
import { describeError, type LogFields, log, Metrics, metricNames } from "../lib/telemetry.ts";
import { openWorkshop } from "../lib/wiring.ts";

const metrics = new Metrics();
/** A leaver that has waited for longer is somebody's business: they can still sign in. */
const longestUnseenMs = 5 * 60_000;

const open = lazy(() => openWorkshop(readEnvironment(), metrics));

await prewarm(async () => {
  const { arize, table } = await open();
  // Reads that cost next to nothing, over the connections that the first event will take.
  await Promise.allSettled([arize.secrets.versions(arize.secretId), arize.client.connect(), readListing(table)]);
});

async function provision(batch: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const workshop = await open();
  const failed = await workFifoBatch(batch.Records, (record, alone) => workRecord(record, alone, context, workshop));
  await Promise.all(failed.map((run) => putBack(run, workshop)));
  const itemIdentifiers = failed.flatMap(({ records }) => records.map(({ messageId }) => messageId));
  return { batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })) };
}

async function workRecord(record: SQSRecord, alone: Alone, context: Context, workshop: Workshop): Promise<void> {
  const event = await parseOrPark(record, workshop).catch((error: unknown) => {
    tellFailure({ event: record.messageId }, error);
    throw error;
  });
  if (event === undefined) return;
  const delivery = {
    priority: takesAway(event.kind) ? ("leaver" as const) : ("other" as const),
    remainingMs: () => context.getRemainingTimeInMillis(),
    sentAt: Number(record.attributes.SentTimestamp),
    receives: Number(record.attributes.ApproximateReceiveCount),
    alone: (crashes: number) => alone.wait(crashes),
  };
  try {
    tell(event, await work(event, delivery, workshop));
  } catch (error) {
    const { id, kind, source, attempt } = event;
    const waitedMs = Date.now() - Date.parse(event.receivedAt);
    if (mayTakeAway(event) && waitedMs > longestUnseenMs) metrics.add(metricNames.leaversWaiting);
    tellFailure({ event: id, kind, source, attempt }, error);
    throw error;
  }
}

async function parseOrPark(record: SQSRecord, { queue, table }: Workshop): Promise<LifecycleEvent | undefined> {
  try {
    return parseEvent(record.body);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const lane = queue.laneOfArn(record.eventSourceARN);
    await queue.deadLetterMalformed(lane, record.messageId, record.body);
    await shelveMalformed(table, record.messageId, lane, Date.now());
    metrics.add(metricNames.parked);
    log("error", "malformed message parked", { event: record.messageId, reason: error.reason });
    return undefined;
  }
}

/**
 * Hides a person's failed messages, all for the same time: one left in flight would block the person's other messages. Those
 * behind the one that failed are noted as open, though nobody has looked at them: a plan may be due before somebody does.
 */
async function putBack({ records, error }: FailedRun, workshop: Workshop): Promise<void> {
  const { queue, backoffBaseMs } = workshop;
  const [first, ...behind] = records;
  if (first === undefined) return;
  await Promise.all(behind.map((record) => leaveUnworked(record, workshop)));
  const asked = error instanceof RetryLater ? error.afterMs : undefined;
  const waitMs = asked ?? backoffMs(Number(first.attributes.ApproximateReceiveCount), backoffBaseMs, undefined);
  const receipts = records.map(({ receiptHandle }) => receiptHandle);
  try {
    await queue.hide(queue.laneOfArn(first.eventSourceARN), receipts, Math.max(1, Math.ceil(waitMs / 1000)));
  } catch (failure) {
    // They come back when the queue's own visibility timeout ends: later, but they come.
    log("warn", "visibility not changed", { count: receipts.length, ...describeError(failure) });
  }
}

async function leaveUnworked({ body, messageId }: SQSRecord, workshop: Workshop): Promise<void> {
  try {
    await leaveOpen(parseEvent(body), workshop);
  } catch (failure) {
    log("warn", "not noted as open", { event: messageId, ...describeError(failure) });
  }
}

function tell(event: LifecycleEvent, ending: Ending): void {
  const ms = Date.now() - Date.parse(event.receivedAt);
  const { id, kind, source, attempt } = event;
  const { calls: _, ...told } = ending;
  log(levelOf(event, ending), "event", { event: id, kind, source, attempt, ...told, ms });
  metrics.add(metricNames.finished);
  if (ending.outcome === "held") metrics.add(metricNames.held);
  if (ending.outcome === "parked") metrics.add(metricNames.parked);
  if (ending.outcome === "removed") metrics.add(metricNames.timeToRemoved, ms);
}

// A leaver who ends without a look at Arize is worth a second look by somebody: their access is as it was.
function levelOf(event: LifecycleEvent, { outcome }: Ending): "info" | "warn" | "error" {
  if (outcome === "parked") return "error";
  const isUnseen = takesAway(event.kind) && ["stale", "overtaken", "ignored"].includes(outcome);
  return outcome === "held" || isUnseen ? "warn" : "info";
}

function tellFailure(which: LogFields, error: unknown): void {
  metrics.add(metricNames.retried);
  const what = error instanceof RetryLater ? { reason: error.reason } : describeError(error);
  const level = error instanceof RetryLater ? "info" : "error";
  log(level, "event put back", { ...which, ...what });
}

/** Applies queued events to Arize. Answers which messages shall come again; never fails as a whole once it is set up. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use({ after: () => metrics.flush(), onError: () => metrics.flush() })
  .handler(provision);
