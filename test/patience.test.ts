import { describe, expect, it } from "vitest";
import { maxReceiveCount, visibilityTimeout } from "../infra/lane.ts";
import { environmentSchema } from "../lib/config.ts";
import { listShelved } from "../lib/ledger/shelf.ts";
import { backoffMs, maxAgeMs, maxBackoffMs } from "../lib/lifecycle/backoff.ts";
import { Breaker } from "../lib/lifecycle/calls/breaker.ts";
import { localSecrets, secretIds } from "../local/environment.ts";
import { standardRequest } from "../local/signed-requests.ts";
import { fakeArize } from "./support/fake-arize.ts";
import { type RunningStack, runningStack } from "./support/running-stack.ts";
import { propertiesOf, templateOf } from "./support/template.ts";

/** Arize is away for a day. Nothing is lost meanwhile, and nothing is spent on asking again and again. */
const hour = 3_600;
const day = 24 * hour;

describe("a simulated outage of 24 hours, over the constants that are deployed", () => {
  const baseMs = environmentSchema.shape.BACKOFF_BASE_MS.parse(undefined);

  interface Message {
    sentAt: number;
    receives: number;
    failures: number;
    doneAt: number | undefined;
  }

  /** Asks Arize, if the breaker lets it. @returns whether it was asked, and answered */
  async function ask(breaker: Breaker, isDown: boolean): Promise<{ asked: boolean; answered: boolean }> {
    let asked = false;
    const call = async () => {
      asked = true;
      if (isDown) throw new Error("down");
    };
    const answered = await breaker.run(call).then(
      () => true,
      () => false,
    );
    return { asked, answered };
  }

  /** Second by second, as visibility is set: who is received, whether the breaker lets them ask, when they come again. */
  async function simulate(messages: Message[], random: () => number): Promise<{ calls: number; receives: number }> {
    let now = 0;
    let calls = 0;
    const breaker = new Breaker({ judge: () => "down", onOpen: () => {}, now: () => now * 1000 });
    const agenda = Map.groupBy(messages, ({ sentAt }) => sentAt);
    /** @returns in how many seconds it comes again */
    const receive = async (message: Message): Promise<number | undefined> => {
      message.receives++;
      const { asked, answered } = await ask(breaker, now < day);
      if (asked) calls++;
      if (answered) message.doneAt = now;
      if (answered) return undefined;
      if (asked) message.failures++;
      const waitMs = backoffMs(asked ? message.failures : message.receives, baseMs, undefined, random);
      return Math.max(1, Math.ceil(waitMs / 1000));
    };
    for (; agenda.size > 0; now++) {
      for (const message of agenda.get(now) ?? []) {
        const seconds = await receive(message);
        if (seconds !== undefined) agenda.set(now + seconds, [...(agenda.get(now + seconds) ?? []), message]);
      }
      agenda.delete(now);
    }
    return { calls, receives: messages.reduce((sum, { receives }) => sum + receives, 0) };
  }

  it.each([1, 2, 3])("ends with every event applied, none near its limits (seed %i)", async (seed) => {
    // One event every three minutes, and a hundred that were there when it began.
    const sent = [...Array(100).fill(0), ...Array.from({ length: 480 }, (_, n) => n * 180)];
    const messages = sent.map((sentAt): Message => ({ sentAt, receives: 0, failures: 0, doneAt: undefined }));
    const { calls, receives } = await simulate(messages, seeded(seed));

    const mostReceives = Math.max(...messages.map((message) => message.receives));
    const last = Math.max(...messages.map(({ doneAt = Number.POSITIVE_INFINITY }) => doneAt));
    const oldest = Math.max(...messages.map(({ sentAt, doneAt = Number.POSITIVE_INFINITY }) => doneAt - sentAt));
    expect(mostReceives).toBeLessThan(maxReceiveCount / 2);
    expect(oldest * 1000).toBeLessThan(maxAgeMs);
    // A wait that began just before the end, and one more for whom a probe was under way.
    expect(last - day).toBeLessThan((2 * maxBackoffMs) / 1000 + 60);
    expect(calls).toBeLessThan(receives / 10);
  });

  it("fits into what the queues keep, and age ends before receives and retention do", () => {
    const queue = propertiesOf(templateOf(), "AWS::SQS::Queue", "LeaversQueue");
    expect(queue).toMatchObject({
      MessageRetentionPeriod: 14 * day,
      VisibilityTimeout: visibilityTimeout.toSeconds(),
      RedrivePolicy: { maxReceiveCount },
    });
    expect(maxAgeMs).toBeLessThan((14 * day * 1000) / 2);
    expect(maxBackoffMs).toBeGreaterThan(visibilityTimeout.toMilliseconds());
  });

  /** A small linear congruential generator, so that a failure can be repeated. */
  function seeded(seed: number): () => number {
    let state = seed;
    return () => {
      state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
      return state / 2 ** 32;
    };
  }
});

const secret = localSecrets[secretIds.standard];
const send = (stack: RunningStack, type: string, email: string, more: object = {}) =>
  stack.send(standardRequest({ type, data: { email, ...more }, secret }));
const everybody = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}${n}@example.com`);
/** How often each event was put back, by its id. */
const putBacks = ({ lines }: RunningStack) =>
  Map.groupBy(
    lines.filter((line) => line.includes('"message":"event put back"')).map((line) => String(JSON.parse(line).event)),
    (id) => id,
  );

describe("an outage of the real thing, in small", { timeout: 300_000 }, () => {
  it("ends with everything applied and empty queues; meanwhile the breaker answers for Arize", async () => {
    const stack = await runningStack({ backoffBaseMs: 50 });
    const [leavers, joiners] = [everybody("leaver", 20), everybody("joiner", 40)];
    await stack.fake(
      "POST",
      "/_fake/users",
      leavers.map((email) => ({ email })),
    );
    await stack.fake("POST", "/_fake/faults", { route: "*", times: null, status: 503, html: true });
    for (const email of leavers) expect(await send(stack, "person.left", email)).toBe(202);
    for (const email of joiners) expect(await send(stack, "person.joined", email)).toBe(202);

    const leastPutBack = () => Math.min(...[...putBacks(stack).values()].map((times) => times.length));
    await expect.poll(() => putBacks(stack).size, { timeout: 60_000 }).toBe(60);
    await expect.poll(leastPutBack, { timeout: 60_000 }).toBeGreaterThanOrEqual(4);
    expect(stack.lines.join()).toContain('"BreakerOpened":1');
    const { calls } = await stack.fake("GET", "/_fake/calls");
    const asked = Object.values(Object(calls)).reduce((sum: number, count) => sum + Number(count), 0);
    const failed = [...putBacks(stack).values()].flat().length;
    expect(asked).toBeLessThan(failed / 2);

    await stack.fake("DELETE", "/_fake/faults");
    await expect.poll(() => stack.queued(), { timeout: 120_000, interval: 100 }).toBe(0);
    const people = await stack.people();
    expect(leavers.filter((email) => people[email]?.status !== "inactive")).toEqual([]);
    expect(joiners.filter((email) => people[email]?.status !== "invited")).toEqual([]);
    expect(await listShelved(stack.table, "PARKED")).toEqual([]);
  });
});

describe("an event that kills whatever works it", { timeout: 300_000 }, () => {
  it("is parked after five crashes, and everybody who came with it arrives", async () => {
    const apiKey = localSecrets[secretIds.arize];
    const arize = await fakeArize({ apiKey });
    const stack = await runningStack({
      service: { url: arize.url, apiKey },
      functions: { provision: { timeoutMs: 5_000 } },
      leaseMs: 5_500,
      visibilitySeconds: 6,
      backoffBaseMs: 200,
    });
    arize.seed({ email: "poison@example.com" });
    let crashes = 0;
    arize.intercept((route, moment) => {
      // Nobody else is updated.
      if (route !== "PATCH /v2/users/{id}" || moment !== "before") return undefined;
      crashes++;
      stack.kill("provision");
      // The update dies with its worker, so the next attempt makes it again.
      return new Promise(() => {});
    });
    const innocent = everybody("joiner", 30);
    for (const email of innocent.slice(0, 15)) await send(stack, "person.joined", email);
    await send(stack, "person.moved", "poison@example.com", { name: "Poison" });
    for (const email of innocent.slice(15)) await send(stack, "person.joined", email);

    const parked = async () => (await listShelved(stack.table, "PARKED")).map(({ reason }) => reason);
    await expect.poll(parked, { timeout: 150_000, interval: 250 }).toEqual(["crashes_worker"]);
    await expect.poll(() => stack.queued("leavers", "changes"), { timeout: 60_000 }).toBe(0);
    expect(crashes).toBe(5);
    expect(await stack.trail("poison@example.com")).toEqual(["parked"]);
    const invited = arize.users().filter(({ status }) => status === "invited");
    expect(invited.map(({ email }) => email).toSorted()).toEqual(innocent.toSorted());
    for (const counts of Object.values(arize.mails())) expect(counts).toMatchObject({ invitation: 1 });
    expect(await parked()).toEqual(["crashes_worker"]);
  });
});
