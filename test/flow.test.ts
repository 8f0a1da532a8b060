import * as fc from "fast-check";
import { describe, expect, it, onTestFailed } from "vitest";
import { localSecrets, secretIds } from "../local/environment.ts";
import { oktaRequest, type SignedRequest, standardRequest } from "../local/signed-requests.ts";
import { type RunningStack, runningStack } from "./support/running-stack.ts";

const timeout = 240_000;
const standardSecret = localSecrets[secretIds.standard];
const oktaSecret = localSecrets[secretIds.okta];
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

const standard = (type: string, data: object, minutes: number) =>
  standardRequest({ type, data: { ...data }, secret: standardSecret, timestamp: minutesAgo(minutes) });

describe("one person's story", { timeout }, () => {
  it("goes from a signed hook to an invitation, its renewal and a verified removal, all of it in the ledger", async () => {
    const stack = await runningStack();
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

async function expectEnds(stack: RunningStack, ends: ReturnType<typeof stories>["ends"]): Promise<void> {
  const people = await stack.people();
  for (const [email, end] of Object.entries(ends)) {
    if (end === undefined) expect([undefined, "inactive"], email).toContain(people[email]?.status);
    else expect(people[email], email).toMatchObject(end);
  }
}

/** In an order that the seed alone decides. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  const [inAnyOrder = []] = fc.sample(fc.shuffledSubarray([...items], { minLength: items.length }), {
    seed,
    numRuns: 1,
  });
  return inAnyOrder;
}

describe("deliveries as networks and queues make them", { timeout }, () => {
  it("end in the same state when each comes twice and in any order", async () => {
    const stack = await runningStack();
    const { requests, ends } = stories(5);
    const seed = Date.now() % 2 ** 31;
    onTestFailed(() => console.error(`the order was that of seed ${seed}`));
    for (const request of shuffled([...requests, ...requests], seed)) expect(await stack.send(request)).toBe(202);
    await expect.poll(() => stack.queued(), { timeout: 60_000 }).toBe(0);
    await expectEnds(stack, ends);
  });

  it("lose nothing and double nothing while the worker is killed twenty times in the middle of batches", async () => {
    const stack = await runningStack({
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
    await stack.fake("DELETE", "/_fake/faults");
    await expect.poll(() => stack.queued(), { timeout: 90_000, interval: 100 }).toBe(0);
    await expectEnds(stack, ends);
    const { mails } = await stack.fake("GET", "/_fake/mails");
    for (const [email, counts] of Object.entries(Object(mails))) expect(counts, email).toMatchObject({ invitation: 1 });
  });
});
