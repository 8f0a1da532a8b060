import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { APIGatewayProxyStructuredResultV2, SQSBatchResponse, SQSRecord } from "aws-lambda";
import { onTestFinished, vi } from "vitest";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import { readEnvironment } from "../../lib/config.ts";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { history, type TrailEntry } from "../../lib/ledger/trail.ts";
import { type LifecycleEvent, parseEvent } from "../../lib/lifecycle/event.ts";
import type { Identity } from "../../lib/lifecycle/identity.ts";
import { type EventQueue, laneOf } from "../../lib/queue.ts";
import { openIdentity, openQueue, openSecrets } from "../../lib/wiring.ts";
import { startDynamoDB } from "../../local/dynamodb.ts";
import { localEnvironment, localSecrets, queueArn, queueNames, secretIds } from "../../local/environment.ts";
import { type FakeArize, startFakeArize } from "../../local/fake-arize/server.ts";
import { type FakeSources, startFakeSources } from "../../local/fake-sources/server.ts";
import { type LocalSecrets, startSecrets } from "../../local/secrets.ts";
import type { SignedRequest } from "../../local/signed-requests.ts";
import { startSqs } from "../../local/sqs.ts";
import { hearQueues } from "./silence.ts";

hearQueues(SQSClient);

/** The configuration of a test, unless it says otherwise. */
export const testConfig: LifecycleConfigInput = {
  mode: "act",
  managedDomains: ["example.com"],
  protectedEmails: ["root@example.com"],
  apiKeyOwner: "owner@example.com",
  sources: { okta: { everyone: true }, standard: {} },
  defaults: { role: "member", inviteMode: "email_link" },
  allowedRoles: ["admin", "member", "annotator"],
  guards: { deletions: { perHour: 50, perDay: 50, shareOfUsers: 0.5, floor: 50 } },
};

export interface DeliveryOptions {
  receives?: number;
  sentAt?: number;
  /** Until the function is ended; 20 s unless given. */
  remainingMs?: number;
}

/** The exported handlers over emulators of everything around them, without a queue's timing in between. */
export interface Workbench {
  fake: FakeArize;
  /** The sources' own APIs; three people a page. */
  sources: FakeSources;
  table: LedgerTable;
  queue: EventQueue;
  identity: Identity;
  auditDays: number;
  secrets: LocalSecrets;
  /** Hands events to the worker as one batch; the ids of those that shall come again. */
  deliver(events: readonly LifecycleEvent[], options?: DeliveryOptions): Promise<string[]>;
  deliverBody(body: string): Promise<SQSBatchResponse>;
  ingest(
    request: Partial<SignedRequest> & { method?: string; bytes?: Buffer; query?: Record<string, string> },
  ): Promise<APIGatewayProxyStructuredResultV2>;
  /** @param remainingMs until the function is ended; 300 s unless given */
  reconcile(request: object, remainingMs?: number): Promise<unknown>;
  /** Takes everything visible off a queue. */
  take(queue: keyof typeof queueNames): Promise<LifecycleEvent[]>;
  trail(email: string): Promise<TrailEntry[]>;
  /**
   * Handlers that forgot everything, beside the old ones: another execution environment over the same data.
   * @param config what a deployer changed meanwhile
   */
  restart(config?: Partial<LifecycleConfigInput>): Promise<Handlers>;
}

export type Handlers = Pick<Workbench, "deliver" | "deliverBody" | "ingest" | "reconcile">;

export interface WorkbenchOptions {
  config?: Partial<LifecycleConfigInput>;
  environment?: Record<string, string>;
  fake?: Partial<Parameters<typeof startFakeArize>[0]>;
}

/** Starts a workbench for the length of one test. */
export async function workbench(options: WorkbenchOptions = {}): Promise<Workbench> {
  const [sqs, dynamodb, secrets, sources, fake] = await Promise.all([
    startSqs({ port: 0, visibilitySeconds: 30, maxReceiveCount: 1000 }),
    startDynamoDB({ port: 0 }),
    startSecrets({ port: 0, initial: localSecrets }),
    startFakeSources({ port: 0, pageSize: 3 }),
    startFakeArize({ port: 0, apiKey: localSecrets[secretIds.arize], ...options.fake }),
  ]);
  const folder = mkdtempSync(join(tmpdir(), "workbench-"));
  onTestFinished(async () => {
    await Promise.all([sqs.close(), dynamodb.close(), secrets.close(), sources.close(), fake.close()]);
    rmSync(folder, { recursive: true });
  });
  const config = writeConfig(folder, options.config);
  const ports = {
    door: 0,
    arize: fake.port,
    sqs: sqs.port,
    dynamodb: dynamodb.port,
    secrets: secrets.port,
    sources: sources.port,
  };
  Object.assign(
    process.env,
    localEnvironment({ ports, config, leaseMs: 10_000, backoffBaseMs: 100 }),
    options.environment,
  );
  const environment = readEnvironment();
  const identity = await openIdentity(environment, openSecrets());
  const table = new LedgerTable(environment.LEDGER_TABLE_NAME);
  const sqsUrls = {
    leavers: environment.LEAVERS_QUEUE_URL,
    changes: environment.CHANGES_QUEUE_URL,
    leaversDeadLetters: environment.LEAVERS_DLQ_URL,
    changesDeadLetters: environment.CHANGES_DLQ_URL,
  };
  return {
    fake,
    sources,
    table,
    identity,
    auditDays: 400,
    secrets,
    queue: openQueue(environment, identity),
    ...(await freshHandlers()),
    take: (name) => takeAll(sqsUrls[name]),
    trail: (email) => history(table, identity.person(email)),
    restart: (changed = options.config) => {
      process.env.LIFECYCLE_CONFIG = writeConfig(folder, changed);
      return freshHandlers();
    },
  };
}

function writeConfig(folder: string, config: Partial<LifecycleConfigInput> | undefined): string {
  const file = join(folder, `${randomUUID()}.config.mjs`);
  writeFileSync(file, `export default ${JSON.stringify({ ...testConfig, ...config })};`);
  return file;
}

/** The handlers as after a cold start: modules are loaded anew, so nothing of an earlier test is in them. */
async function freshHandlers(): Promise<Handlers> {
  vi.resetModules();
  const [{ handler: provision }, { handler: ingest }, { handler: reconcile }] = await Promise.all([
    import("../../functions/provision.ts"),
    import("../../functions/ingest.ts"),
    import("../../functions/reconcile.ts"),
  ]);
  const run = (records: SQSRecord[], remainingMs?: number): Promise<SQSBatchResponse> =>
    Reflect.apply(provision, undefined, [{ Records: records }, contextOf(remainingMs)]);
  return {
    deliver: async (events, options = {}) => {
      const records = events.map((event) => recordOf(event, options));
      const { batchItemFailures } = await run(records, options.remainingMs);
      const failed = new Set(batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
      return events.filter((_, index) => failed.has(records[index]?.messageId ?? "")).map(({ id }) => id);
    },
    deliverBody: (body) => run([{ ...recordOf(undefined, {}), body }]),
    ingest: ({ method = "POST", path = "/", headers = {}, body = "", bytes, query = {} }) =>
      Reflect.apply(ingest, undefined, [
        {
          version: "2.0",
          rawPath: path,
          rawQueryString: String(new URLSearchParams(query)),
          headers,
          requestContext: { http: { method, path } },
          body: bytes ? bytes.toString("base64") : body,
          isBase64Encoded: bytes !== undefined,
        },
        contextOf(),
      ]),
    reconcile: (request, remainingMs = 300_000) =>
      Reflect.apply(reconcile, undefined, [request, contextOf(remainingMs)]),
  };
}

function contextOf(remainingMs = 20_000) {
  const end = Date.now() + remainingMs;
  return { awsRequestId: randomUUID(), getRemainingTimeInMillis: () => end - Date.now() };
}

function recordOf(
  event: LifecycleEvent | undefined,
  { receives = 1, sentAt = Date.now() }: DeliveryOptions,
): SQSRecord {
  const messageId = randomUUID();
  return {
    messageId,
    receiptHandle: randomUUID(),
    body: JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: String(receives),
      SentTimestamp: String(sentAt),
      SenderId: "test",
      ApproximateFirstReceiveTimestamp: String(sentAt),
      MessageGroupId: event?.person.email ?? event?.person.externalId ?? messageId,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: queueArn(queueNames[event === undefined ? "changes" : laneOf(event)]),
    awsRegion: "us-east-1",
  };
}

async function takeAll(QueueUrl: string): Promise<LifecycleEvent[]> {
  const client = new SQSClient({ useQueueUrlAsEndpoint: false });
  const events: LifecycleEvent[] = [];
  for (;;) {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    if (Messages.length === 0) return events;
    for (const { Body = "", ReceiptHandle } of Messages) {
      events.push(parseEvent(Body));
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }
}

/** An event as a source would make it. */
export function eventOf(
  kind: LifecycleEvent["kind"],
  email: string,
  more: Partial<LifecycleEvent> = {},
): LifecycleEvent {
  const now = new Date().toISOString();
  const { person, ...rest } = more;
  return {
    id: `standard:${randomUUID()}`,
    source: "standard",
    kind,
    attempt: 0,
    occurredAt: now,
    receivedAt: now,
    person: { email, ...person },
    ...rest,
  };
}
