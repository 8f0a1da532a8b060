import type { Counts } from "./counted.ts";

/** Public prices of us-east-1 in USD, November 2026, without free tiers. */
const prices = {
  httpApiRequest: 1 / 1e6,
  lambdaRequest: 0.2 / 1e6,
  /** On arm64. */
  lambdaGigabyteSecond: 0.0000133334,
  /** FIFO; ten messages of up to 64 KB together are one request. */
  sqsRequest: 0.5 / 1e6,
  ledgerWrite: 0.625 / 1e6,
  ledgerRead: 0.125 / 1e6,
  logByte: 0.5 / 1e9,
};

export interface Month {
  events: number;
  /** Events a hook, and messages a worker's batch. */
  batch: number;
  counts: Counts;
  /** What the worker logs about one event. */
  logBytes: number;
  /** How long Arize takes for one call, in milliseconds. */
  arizeMs?: number;
}

/** What the functions have, in GB. */
const memory = { ingest: 1, worker: 0.75 };
/** What ingest takes for a warm hook: a few milliseconds of its own, and SQS's answer. */
const ingestMs = 15;
/** One request to DynamoDB from Lambda. */
const ledgerMs = 4;
/** START, END and REPORT of one invocation. */
const invocationLogBytes = 350;
/** API Gateway's access log for a request. */
const accessLogBytes = 250;
/** Ingest's line and metrics for one event. */
const ingestLogBytes = 300;

/** What a month's events cost in USD, by part. What a stack costs without any events comes on top. */
export function bill({ events, batch, counts, logBytes, arizeMs = 100 }: Month) {
  const { arizeCalls, ledgerReads, ledgerWrites } = counts;
  const requests = events / batch;
  const lambda = (name: keyof typeof memory, ms: number) =>
    prices.lambdaRequest + (ms / 1000) * memory[name] * prices.lambdaGigabyteSecond;
  // People of a batch are worked side by side, so a batch takes as long as one of them.
  const workerMs = arizeCalls * arizeMs + (ledgerReads + ledgerWrites) * ledgerMs;
  const logged = events * (logBytes + ingestLogBytes) + requests * (2 * invocationLogBytes + accessLogBytes);
  const parts = {
    api: requests * prices.httpApiRequest,
    ingest: requests * lambda("ingest", ingestMs),
    // Sent, received, deleted.
    queue: requests * 3 * prices.sqsRequest,
    worker: requests * lambda("worker", workerMs),
    ledger: events * (ledgerWrites * prices.ledgerWrite + ledgerReads * prices.ledgerRead),
    logs: logged * prices.logByte,
  };
  return { ...parts, total: Object.values(parts).reduce((sum, part) => sum + part, 0) };
}
