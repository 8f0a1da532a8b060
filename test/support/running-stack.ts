import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand } from "@aws-sdk/client-sqs";
import { onTestFinished } from "vitest";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { history } from "../../lib/ledger/trail.ts";
import { Identity } from "../../lib/lifecycle/identity.ts";
import { EventQueue } from "../../lib/queue.ts";
import { localSecrets, type queueNames, region, secretIds } from "../../local/environment.ts";
import type { SignedRequest } from "../../local/signed-requests.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import { hear } from "./silence.ts";
import { sqsClient } from "./sqs.ts";
import { testConfig } from "./workbench.ts";

/** The whole system as `npm start` runs it: the functions in processes of their own, everything over real sockets. */
export interface RunningStack extends Stack {
  table: LedgerTable;
  queue: EventQueue;
  auditDays: number;
  /** What the functions logged. */
  lines: string[];
  send(request: SignedRequest): Promise<number>;
  /** Calls the fake Arize behind the scenes. */
  fake(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  people(): Promise<Record<string, { status: string; name: string }>>;
  trail(email: string): Promise<string[]>;
  /** Messages that are in these queues, waiting or in flight; in all of them, dead letters too, unless named. */
  queued(...names: (keyof typeof queueNames)[]): Promise<number>;
}

/** Starts a stack for the length of one test, on free ports and without schedules. */
export async function runningStack({
  config = {},
  ...options
}: Omit<StackOptions, "config"> & { config?: Partial<LifecycleConfigInput> } = {}): Promise<RunningStack> {
  const folder = mkdtempSync(join(tmpdir(), "stack-"));
  const file = join(folder, "config.mjs");
  writeFileSync(file, `export default ${JSON.stringify({ ...testConfig, ...config })};`);
  const lines: string[] = [];
  const onLine = ({ text }: { text: string }) => {
    lines.push(text);
    hear("output", text);
  };
  const stack = await startStack({ config: file, schedules: [], onLine, ...options });
  onTestFinished(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });
  return { ...stack, lines, auditDays: 400, ...accessTo(stack) };
}

function accessTo(stack: Stack) {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const table = new LedgerTable("ledger", new DynamoDBClient({ region, credentials, endpoint: stack.urls.dynamodb }));
  const sqs = sqsClient(stack.urls.sqs);
  const identity = new Identity(localSecrets[secretIds.identity]);
  const { leavers, changes, leaversDeadLetters, changesDeadLetters } = stack.queueUrls;
  const deadLetters = { leavers: leaversDeadLetters, changes: changesDeadLetters };
  const fake = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const response = await fetch(stack.urls.arize + path, { method, ...(body && { body: JSON.stringify(body) }) });
    return Object(JSON.parse((await response.text()) || "{}"));
  };
  return {
    table,
    queue: new EventQueue(sqs, { leavers, changes }, deadLetters, identity),
    fake,
    send: async ({ path, headers, body }: SignedRequest) =>
      (await fetch(stack.urls.door + path, { method: "POST", headers, body })).status,
    people: async () => {
      const { users } = await fake("GET", "/_fake/users");
      return Object.fromEntries([users].flat().map((user) => [Object(user).email, Object(user)]));
    },
    trail: async (email: string) => (await history(table, identity.person(email))).map(({ outcome }) => outcome),
    queued: async (...names: (keyof typeof queueNames)[]) => {
      const urls = names.length === 0 ? Object.values(stack.queueUrls) : names.map((name) => stack.queueUrls[name]);
      const counts = urls.map(async (QueueUrl) => {
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
        const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
        return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
  };
}
