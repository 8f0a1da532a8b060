import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, expect, test, vi } from "vitest";
import {
  consolePort,
  ledgerTable,
  portsFrom,
  queueNames,
  queueUrl,
  region,
  secretIds,
  urlOf,
} from "../../local/environment.ts";
import { freeBase } from "../support/free-ports.ts";

const program = fileURLToPath(new URL("../../local/start.ts", import.meta.url));
const started: ChildProcess[] = [];
afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    child.kill("SIGKILL");
    await once(child, "exit");
  }
});

function run(...argv: string[]) {
  // Not this process's environment: --live must not find a key in it.
  const child = spawn(process.execPath, [program, ...argv], { env: {}, stdio: ["ignore", "pipe", "pipe"] });
  started.push(child);
  return { child, output: text(child.stdout), errors: text(child.stderr), ended: once(child, "exit") };
}

async function start(base: number, dataDir: string) {
  const running = run("--port-base", String(base), "--data", dataDir);
  const health = async () => (await fetch(`${urlOf(base)}/health`)).status;
  await vi.waitFor(async () => expect(await health()).toBe(200), { timeout: 30_000, interval: 50 });
  return running;
}

function clientsOf(base: number) {
  const ports = portsFrom(base);
  const common = { region, credentials: { accessKeyId: "local", secretAccessKey: "local" } };
  return {
    sqs: new SQSClient({ ...common, endpoint: urlOf(ports.sqs), useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient({ ...common, endpoint: urlOf(ports.dynamodb) }),
    secrets: new SecretsManagerClient({ ...common, endpoint: urlOf(ports.secrets) }),
    // Nothing consumes this one but operators.
    QueueUrl: queueUrl(ports.sqs, queueNames.leaversDeadLetters),
  };
}

test("keeps everything through a SIGKILL, and ends cleanly on SIGTERM", { timeout: 60_000 }, async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "start-"));
  const base = await freeBase();
  const { sqs, dynamodb, secrets, QueueUrl } = clientsOf(base);
  const key = { pk: { S: "TEST#1" }, sk: { S: "A" } };
  const SecretId = secretIds.okta;

  const first = await start(base, dataDir);
  const ids = { MessageGroupId: "g", MessageDeduplicationId: "d" };
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "kept", ...ids }));
  await dynamodb.send(new PutItemCommand({ TableName: ledgerTable, Item: { ...key, kept: { S: "yes" } } }));
  await secrets.send(new PutSecretValueCommand({ SecretId, SecretString: "rotated" }));
  first.child.kill("SIGKILL");
  await first.ended;

  const second = await start(base, dataDir);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  expect(Messages).toMatchObject([{ Body: "kept" }]);
  const { Item } = await dynamodb.send(new GetItemCommand({ TableName: ledgerTable, Key: key }));
  expect(Item).toMatchObject({ kept: { S: "yes" } });
  expect(await secrets.send(new GetSecretValueCommand({ SecretId }))).toMatchObject({ SecretString: "rotated" });

  const page = () => fetch(urlOf(consolePort(base)));
  await vi.waitFor(async () => expect((await page()).status).toBe(200), { timeout: 30_000, interval: 50 });

  const third = run("--port-base", String(base));
  expect(await third.ended).toEqual([1, null]);
  expect(await third.errors).toMatch(/^error: port \d+ on 127.0.0.1 is taken: .*--port-base\n$/);

  second.child.kill("SIGTERM");
  expect(await second.ended).toEqual([0, null]);
  await expect(page()).rejects.toThrow("fetch failed");
  const output = await second.output;
  expect(output).toContain(`curl -i http://127.0.0.1:${base}/webhooks/standard`);
  expect(output).not.toContain("\u001b[");
});

test("ends with 2 and says why when the command line cannot be followed", async () => {
  const { errors, ended } = run("--live");
  expect(await ended).toEqual([2, null]);
  expect(await errors).toContain("ARIZE_API_KEY");
});

test("tells every problem of a configuration, and starts nothing", async () => {
  const config = fileURLToPath(new URL("../fixtures/wrong.config.ts", import.meta.url));
  const { output, errors, ended } = run("--config", config);
  expect(await ended).toEqual([1, null]);
  expect(await errors).toMatch(/^error: .*mode.*managedDomains.*\n$/);
  expect(await output).toBe("");
});
