import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { startEmulators } from "../../local/emulators.ts";
import { anyPorts, region } from "../../local/environment.ts";
import type { Line } from "../../local/report.ts";
import { startSqs } from "../../local/sqs.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { collectLines } from "./lines.ts";

const module = (name: string) => new URL(`../fixtures/handlers/${name}.ts`, import.meta.url).href;
const functions = {
  ingest: { module: module("ingest") },
  provision: { module: module("provision"), timeoutMs: 700 },
  reconcile: { module: module("reconcile") },
};
// Nobody is there: these functions call none.
const service = { url: "http://127.0.0.1:9", apiKey: "unused" };
const { onLine, waitFor } = collectLines();
let stack: Stack;
let client: SQSClient;
let group = "";

beforeAll(async () => {
  const event = { mode: "full" } as const;
  const schedules = [{ function: "reconcile", event, firstAfterMs: 0, everyMs: 3_600_000 }] as const;
  stack = await startStack({ functions, schedules, service, visibilitySeconds: 2, maxReceiveCount: 3, onLine });
  client = clientOf(stack);
});
afterAll(async () => {
  client?.destroy();
  await stack?.close();
});
beforeEach(() => {
  group = crypto.randomUUID();
});

function clientOf({ urls }: Stack) {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ region, endpoint: urls.sqs, credentials, useQueueUrlAsEndpoint: false });
}

function message({ queueUrls }: Stack, todo: string, of: string) {
  return new SendMessageCommand({
    QueueUrl: queueUrls.changes,
    MessageBody: JSON.stringify({ todo }),
    MessageGroupId: of,
    MessageDeduplicationId: crypto.randomUUID(),
    MessageAttributes: { word: { DataType: "String", StringValue: "w" } },
  });
}

const send = (todo: string, of = group) => client.send(message(stack, todo, of));

/** The receives of this test's messages, as the worker saw them. */
async function receives(count: number, of = group): Promise<{ todo: string; receives: number; record: unknown }[]> {
  const lines = await waitFor(
    (line: Line) => line.text.includes('"message":"record"') && line.text.includes(of),
    count,
  );
  return lines.map(({ text }) => {
    const { receives, record } = JSON.parse(text);
    return { receives, record, todo: JSON.parse(record.body).todo };
  });
}

async function expectEmpty(queue: keyof Stack["queueUrls"]) {
  const QueueUrl = stack.queueUrls[queue];
  const AttributeNames = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
  await vi.waitFor(async () => {
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: "0", ApproximateNumberOfMessagesNotVisible: "0" });
  }, 10_000);
}

test("delivers a message as Lambda's event source does, and deletes it", async () => {
  await send("succeed");
  const [{ record } = { record: undefined }] = await receives(1);
  expect(record).toMatchObject({
    messageId: expect.any(String),
    receiptHandle: expect.any(String),
    body: '{"todo":"succeed"}',
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: expect.stringMatching(/^\d{13}$/),
      MessageGroupId: group,
      MessageDeduplicationId: expect.any(String),
    },
    messageAttributes: { word: { stringValue: "w", dataType: "String" } },
    md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:changes.fifo",
    awsRegion: "us-east-1",
  });
  await expectEmpty("changes");
});

test.each(["fail once", "throw once", "lie once", "hang once"])(
  "brings back a message that should %s",
  async (todo) => {
    await send(todo);
    expect(await receives(2)).toMatchObject([{ receives: 1 }, { receives: 2 }]);
    await expectEmpty("changes");
  },
);

test("keeps the order of a group behind a failure, and does not hold up others", async () => {
  const other = crypto.randomUUID();
  await send("fail once");
  await send("succeed");
  await send("succeed", other);
  expect(await receives(3)).toMatchObject([
    { todo: "fail once", receives: 1 },
    { todo: "fail once", receives: 2 },
    { todo: "succeed", receives: 1 },
  ]);
  expect(await receives(1, other)).toMatchObject([{ receives: 1 }]);
});

test("brings back what a killed worker had", async () => {
  await send("hang once");
  await receives(1);
  stack.kill("provision");
  expect(await receives(2)).toMatchObject([{ receives: 1 }, { receives: 2 }]);
});

test("gives up after the receives that the queue allows", async () => {
  await send("fail");
  await receives(3);
  const receive = new ReceiveMessageCommand({ QueueUrl: stack.queueUrls.changesDeadLetters, WaitTimeSeconds: 20 });
  const { Messages } = await client.send(receive);
  expect(Messages).toMatchObject([{ Body: '{"todo":"fail"}' }]);
  await expectEmpty("changes");
});

test("lets requests through to ingest, and schedules to reconcile", async () => {
  const response = await fetch(`${stack.urls.door}/anything`);
  expect(await response.json()).toMatchObject({ event: { rawPath: "/anything" }, function: "ingest" });
  const [line] = await waitFor(({ from }) => from === "reconcile");
  expect(JSON.parse(line?.text ?? "")).toMatchObject({ event: { mode: "full" } });
});

test("names a taken port, and leaves nothing behind", async () => {
  const ports = { ...stack.ports, sqs: 0, dynamodb: 0, secrets: 0 };
  await expect(startStack({ ports, functions, service })).rejects.toMatchObject({
    name: "PortTaken",
    port: ports.door,
  });
});

test("finishes the batch that is under way before it closes", async () => {
  const { lines, onLine, waitFor } = collectLines();
  const dataDir = mkdtempSync(join(tmpdir(), "stack-"));
  const own = await startStack({ functions, service, schedules: [], dataDir, onLine });
  const sender = clientOf(own);
  await sender.send(message(own, "slow", group));
  await waitFor(({ text }) => text.includes(group));
  await own.close();
  sender.destroy();
  expect(lines.map(({ text }) => text)).toContain("slow work is done");
  await expect(fetch(own.urls.door)).rejects.toThrow();

  const sqs = await startSqs({ port: 0, dataDir: join(dataDir, "queues"), visibilitySeconds: 1, maxReceiveCount: 1 });
  const left = await fetch(`http://127.0.0.1:${sqs.port}/_fauxqs/queues/changes.fifo`);
  expect(await left.json()).toMatchObject({ messages: { ready: [], delayed: [], inflight: [] } });
  await sqs.close();
});

test("shares its data with nobody", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "stack-"));
  const first = await startEmulators({ ports: anyPorts, service, dataDir, visibilitySeconds: 1, maxReceiveCount: 1 });
  const second = startStack({ functions, service, dataDir });
  await expect(second).rejects.toThrow(`the data in ${dataDir} is in use by another process`);
  await first.close();
  await (await startStack({ functions, service, schedules: [], dataDir })).close();
});
