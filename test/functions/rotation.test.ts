import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaRequest, type SignedRequest, standardRequest } from "../../local/signed-requests.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** Secrets change while events keep coming: nobody is turned away, nothing is parked. */
const minuteMs = 60_000;
const joined = (n: number) => ({ type: "person.joined", data: { email: `user${n}@example.com` } });
const whsec = (text: string) => `whsec_${Buffer.from(text.padEnd(32, "-")).toString("base64")}`;

// Only the clock: a cached secret is five minutes old when the test says so.
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
});
afterEach(() => {
  vi.useRealTimers();
});
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

async function put(id: string, SecretString: string): Promise<void> {
  await new SecretsManagerClient({}).send(new PutSecretValueCommand({ SecretId: id, SecretString }));
}

/** Sends twenty requests at a time; the answers that were no success. */
async function load(bench: Workbench, request: (n: number) => SignedRequest): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => bench.ingest(request(n))));
  return answers.map(({ statusCode = 0 }) => statusCode).filter((status) => status !== 200 && status !== 202);
}

const schemes = {
  okta: {
    initial: localSecrets[secretIds.okta],
    next: ["second-token", "third-token"],
    request: (secret: string) => (n: number) =>
      oktaRequest({ eventType: "user.lifecycle.activate", email: `user${n}@example.com`, secret }),
  },
  standard: {
    initial: localSecrets[secretIds.standard],
    next: [whsec("second"), whsec("third")],
    request: (secret: string) => (n: number) => standardRequest({ ...joined(n), secret }),
  },
};

describe.each(Object.entries(schemes))("the webhook secret of %s", (source, { initial, next, request }) => {
  it("is rotated twice under load without one rejected request", async () => {
    const bench = await workbench();
    let old: string = initial;
    for (const fresh of next) {
      const underWay = load(bench, request(old));
      await put(`webhooks/${source}`, fresh);
      expect(await underWay).toEqual([]);
      expect(await load(bench, request(old))).toEqual([]);
      // Half of the senders know already.
      const mixed = (n: number) => request(n % 2 === 0 ? fresh : old)(n);
      expect(await load(bench, mixed)).toEqual([]);
      pass(minuteMs);
      expect(await load(bench, request(fresh))).toEqual([]);
      old = fresh;
    }
    expect(await load(bench, request(initial))).toEqual(Array(20).fill(401));
  });

  it("that was stolen is worth something after one rotation, and nothing once the new one was put twice", async () => {
    const bench = await workbench();
    const [fresh = ""] = next;
    await put(`webhooks/${source}`, fresh);
    expect(await load(bench, request(initial))).toEqual([]);
    await put(`webhooks/${source}`, fresh);
    pass(5 * minuteMs);
    expect(await load(bench, request(initial))).toEqual(Array(20).fill(401));
    expect(await load(bench, request(fresh))).toEqual([]);
  });

  it("is read again when somebody knocks with a wrong one, but not more than once a minute", async () => {
    const bench = await workbench();
    expect(await load(bench, request(initial))).toEqual([]);
    const reads = countReads();
    for (let second = 0; second < 60; second += 10) {
      await load(bench, request(next[1] ?? ""));
      pass(10_000);
    }
    // A read asks for both versions.
    expect(reads()).toBe(2);
    await put(`webhooks/${source}`, next[0] ?? "");
    expect(await load(bench, request(next[0] ?? ""))).toEqual([]);
  });

  it("goes on working while Secrets Manager does not answer", async () => {
    const bench = await workbench();
    expect(await load(bench, request(initial))).toEqual([]);
    bench.secrets.failNext(1_000);
    pass(6 * minuteMs);
    expect(await load(bench, request(initial))).toEqual([]);
    await load(bench, request(next[0] ?? ""));
    pass(minuteMs);
    expect(await load(bench, request(initial))).toEqual([]);
    bench.secrets.failNext(0);
    pass(minuteMs);
    await put(`webhooks/${source}`, next[0] ?? "");
    pass(6 * minuteMs);
    expect(await load(bench, request(next[0] ?? ""))).toEqual([]);
  });
});

describe("the Arize key", () => {
  /** Works joiners until none comes back. @returns how often one did */
  async function work(bench: Workbench, from: number): Promise<number> {
    let events = Array.from({ length: 10 }, (_, n) => eventOf("joiner", `user${from + n}@example.com`));
    let returned = 0;
    for (let receives = 1; events.length > 0; receives++) {
      const again = new Set(await bench.deliver(events, { receives }));
      events = events.filter(({ id }) => again.has(id));
      returned += events.length;
      pass(events.length > 0 ? minuteMs : 0);
    }
    return returned;
  }
  const invited = (bench: Workbench) => bench.fake.users().filter(({ status }) => status === "invited").length;

  it("is rotated under load: the new one put, the old one revoked, and no event even waits", async () => {
    const bench = await workbench();
    expect(await work(bench, 0)).toBe(0);
    bench.fake.acceptKeys(localSecrets[secretIds.arize], "second-key");
    const underWay = work(bench, 10);
    await put(secretIds.arize, "second-key");
    expect(await underWay).toBe(0);
    pass(5 * minuteMs);
    bench.fake.acceptKeys("second-key");
    expect(await work(bench, 20)).toBe(0);
    expect(invited(bench)).toBe(30);
    expect(await listShelved(bench.table, "PARKED")).toEqual([]);
  });

  it("may be revoked before the new one was read: events wait, are applied, and none is parked", async () => {
    const bench = await workbench();
    expect(await work(bench, 0)).toBe(0);
    await put(secretIds.arize, "second-key");
    bench.fake.acceptKeys("second-key");
    const reads = countReads();
    expect(await work(bench, 10)).toBe(10);
    expect(reads()).toBe(2);
    expect(invited(bench)).toBe(20);
    expect(await listShelved(bench.table, "PARKED")).toEqual([]);
  });
});

/** Counts from now on how often a secret's version is asked for. */
function countReads(): () => number {
  const send = vi.spyOn(SecretsManagerClient.prototype, "send");
  const isRead = ([command]: unknown[]) => Object(command).constructor.name === "GetSecretValueCommand";
  const before = send.mock.calls.length;
  return () => send.mock.calls.slice(before).filter(isRead).length;
}
