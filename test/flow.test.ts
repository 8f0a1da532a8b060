import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, it, onTestFinished } from "vitest";
import { LedgerTable } from "../lib/ledger/table.ts";
import { history } from "../lib/ledger/trail.ts";
import { Identity } from "../lib/lifecycle/identity.ts";
import { localSecrets, region, secretIds } from "../local/environment.ts";
import { oktaRequest, type SignedRequest, standardRequest } from "../local/signed-requests.ts";
import { type Stack, type StackOptions, startStack } from "../local/stack.ts";
import { testConfig } from "./support/workbench.ts";

/** The whole system as `npm start` runs it: the functions in processes of their own, everything over real sockets. */
const timeout = 120_000;
const standardSecret = localSecrets[secretIds.standard];
const oktaSecret = localSecrets[secretIds.okta];
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

interface Flow extends Stack {
  lines: string[];
  send(request: SignedRequest): Promise<number>;
  fake(method: string, path: string, body?: object): Promise<Record<string, unknown>>;
  people(): Promise<Record<string, { status: string; name: string }>>;
  trail(email: string): Promise<string[]>;
  /** Messages that are anywhere in the queues, dead letters included. */
  queued(): Promise<number>;
}

async function flow(options: StackOptions = {}): Promise<Flow> {
  const folder = mkdtempSync(join(tmpdir(), "flow-"));
  const config = join(folder, "config.mjs");
  writeFileSync(config, `export default ${JSON.stringify(testConfig)};`);
  const lines: string[] = [];
  const stack = await startStack({ config, schedules: [], onLine: ({ text }) => lines.push(text), ...options });
  onTestFinished(async () => {
    await stack.close();
    rmSync(folder, { recursive: true });
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const table = new LedgerTable("ledger", new DynamoDBClient({ region, credentials, endpoint: stack.urls.dynamodb }));
  const sqs = new SQSClient({ region, credentials, endpoint: stack.urls.sqs, useQueueUrlAsEndpoint: false });
  const identity = new Identity(localSecrets[secretIds.identity]);
  const fake = async (method: string, path: string, body?: object) => {
    const response = await fetch(stack.urls.arize + path, { method, ...(body && { body: JSON.stringify(body) }) });
    return Object(await response.json());
  };
  return {
    ...stack,
    lines,
    fake,
    send: async ({ path, headers, body }) =>
      (await fetch(stack.urls.door + path, { method: "POST", headers, body })).status,
    people: async () => {
      const { users } = await fake("GET", "/_fake/users");
      return Object.fromEntries([users].flat().map((user) => [Object(user).email, Object(user)]));
    },
    trail: async (email) => (await history(table, identity.person(email))).map(({ outcome }) => outcome),
    queued: async () => {
      const counts = Object.values(stack.queueUrls).map(async (QueueUrl) => {
        const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }));
        const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = Attributes ?? {};
        return Number(ApproximateNumberOfMessages) + Number(ApproximateNumberOfMessagesNotVisible);
      });
      return (await Promise.all(counts)).reduce((sum, count) => sum + count, 0);
    },
  };
}

const standard = (type: string, data: object, minutes: number) =>
  standardRequest({ type, data: { ...data }, secret: standardSecret, timestamp: minutesAgo(minutes) });

describe("one person's story", { timeout }, () => {
  it("goes from a signed hook to an invitation, its renewal and a verified removal, all of it in the ledger", async () => {
    const stack = await flow();
    const ada = "ada@example.com";
    await stack.fake("POST", "/_fake/users", { email: "bada@example.com", name: "Not Ada" });
    const status = async () => (await stack.people())[ada]?.status;
    const okta = { email: ada, name: "Ada Lovelace", secret: oktaSecret };

    const hook = oktaRequest({ eventType: "user.lifecycle.activate", published: minutesAgo(3), ...okta });
    expect(await stack.send(hook)).toBe(200);
    await expect.poll(status, { timeout: 10_000 }).toBe("invited");

    await stack.fake("POST", "/_fake/clock", { advanceMs: 8 * 24 * 3_600_000 });
    expect(await status()).toBe("expired");
    await stack.invoke("reconcile", { mode: "invitations" });
    await expect.poll(status, { timeout: 10_000 }).toBe("invited");
    expect(await stack.fake("GET", "/_fake/mails")).toMatchObject({ mails: { [ada]: { invitation: 2 } } });

    expect(await stack.send(oktaRequest({ eventType: "user.lifecycle.deactivate", ...okta }))).toBe(200);
    await expect.poll(() => stack.trail(ada), { timeout: 10_000 }).toEqual(["invited", "renewed", "removed"]);
    expect(await status()).toBe("inactive");
    expect((await stack.people())["bada@example.com"]?.status).toBe("active");
    expect(stack.lines.join("\n")).not.toMatch(/ada@|Lovelace|local-|whsec/);
  });
});

/** People of four kinds, of whom the state in the end is known; every request is its own delivery. */
function stories(ofEach: number): {
  requests: SignedRequest[];
  ends: Record<string, { status: string; name?: string } | undefined>;
} {
  const requests: SignedRequest[] = [];
  const ends: Record<string, { status: string; name?: string } | undefined> = {};
  for (let n = 0; n < ofEach; n++) {
    const [stays, moves, leaves, comesBack] = ["stays", "moves", "leaves", "returns"].map(
      (w) => `${w}${n}@example.com`,
    );
    requests.push(standard("person.joined", { email: stays, name: "Stays" }, 30));
    requests.push(standard("person.joined", { email: moves, name: "Before" }, 30));
    requests.push(standard("person.moved", { email: moves, name: "After" }, 20));
    requests.push(standard("person.joined", { email: leaves, name: "Leaves" }, 30));
    requests.push(standard("person.moved", { email: leaves, name: "Moved" }, 20));
    requests.push(standard("person.left", { email: leaves }, 10));
    requests.push(standard("person.joined", { email: comesBack, name: "Returns" }, 20));
    requests.push(standard("person.left", { email: comesBack }, 30));
    ends[stays ?? ""] = { status: "invited", name: "Stays" };
    ends[moves ?? ""] = { status: "invited", name: "After" };
    ends[leaves ?? ""] = undefined;
    ends[comesBack ?? ""] = { status: "invited", name: "Returns" };
  }
  return { requests, ends };
}

async function expectEnds(stack: Flow, ends: ReturnType<typeof stories>["ends"]): Promise<void> {
  const people = await stack.people();
  for (const [email, end] of Object.entries(ends)) {
    if (end === undefined) expect([undefined, "inactive"], email).toContain(people[email]?.status);
    else expect(people[email], email).toMatchObject(end);
  }
}

function shuffled<Item>(items: readonly Item[]): Item[] {
  return items
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

describe("deliveries as networks and queues make them", { timeout }, () => {
  it("end in the same state when each comes twice and in any order", async () => {
    const stack = await flow();
    const { requests, ends } = stories(5);
    for (const request of shuffled([...requests, ...requests])) expect(await stack.send(request)).toBe(202);
    await expect.poll(() => stack.queued(), { timeout: 60_000 }).toBe(0);
    await expectEnds(stack, ends);
  });

  it("lose nothing and double nothing while the worker is killed twenty times in the middle of batches", async () => {
    const stack = await flow({
      functions: { provision: { timeoutMs: 5_000 } },
      leaseMs: 5_500,
      visibilitySeconds: 6,
      backoffBaseMs: 200,
      pollers: { leavers: 1, changes: 2 },
    });
    await stack.fake("POST", "/_fake/faults", { route: "*", times: null, latencyMs: 30 });
    const calls = async () => Object.values(Object((await stack.fake("GET", "/_fake/calls")).calls)).map(Number);
    const total = async () => (await calls()).reduce((sum, count) => sum + count, 0);
    const { requests, ends } = stories(20);
    const sending = (async () => {
      for (const request of requests) expect(await stack.send(request)).toBe(202);
    })();
    for (let kill = 0; kill < 20; kill++) {
      const before = await total();
      // In the middle of a batch: calls have just come in.
      await expect.poll(total, { timeout: 30_000, interval: 5 }).toBeGreaterThan(before + 10);
      stack.kill("provision");
    }
    await sending;
    await stack.fake("DELETE", "/_fake/faults").catch(() => undefined);
    await expect.poll(() => stack.queued(), { timeout: 90_000, interval: 100 }).toBe(0);
    await expectEnds(stack, ends);
    const { mails } = await stack.fake("GET", "/_fake/mails");
    for (const [email, counts] of Object.entries(Object(mails))) expect(counts, email).toMatchObject({ invitation: 1 });
  });
});
