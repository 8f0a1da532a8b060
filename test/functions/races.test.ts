import { describe, expect, it } from "vitest";
import { claim } from "../../lib/ledger/claim.ts";
import { readState, unfinishedClaims, versionOf } from "../../lib/ledger/state.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { stopNext } from "../support/gate.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/**
 * Two workers at the same person at the same time, ordered by gates in the fake Arize: what queue-level load hardly ever
 * shows, and what ends wrong without the rules of the ledger.
 */
const ada = "ada@example.com";
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const joined = () => eventOf("joiner", ada, { occurredAt: at(-10) });
const left = () => eventOf("leaver", ada, { occurredAt: at(-5) });
const statusOf = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.status;

/** Delivers until nothing comes back, as the queue would. */
async function deliverUntilDone(bench: Workbench, handlers: Pick<Workbench, "deliver">, event: LifecycleEvent) {
  await expect.poll(() => handlers.deliver([event], { receives: 2 }), { timeout: 15_000 }).toEqual([]);
  for (const lane of ["leavers", "changes"] as const) await handlers.deliver(await bench.take(lane));
}

describe("a leaver while their joiner is at work", () => {
  it("waits for the joiner's lease, and then removes them", async () => {
    const bench = await workbench();
    const other = await bench.restart();
    const creating = stopNext(bench.fake, "POST /v2/users", "before");
    const joining = bench.deliver([joined()]);
    await creating.reached;
    const leaver = left();
    expect(await other.deliver([leaver])).toEqual([leaver.id]);
    creating.open();
    expect(await joining).toEqual([]);
    await deliverUntilDone(bench, other, leaver);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("is followed by a second removal when the creation comes after it had looked", async () => {
    const bench = await workbench({ environment: { LEASE_MS: "200" } });
    const other = await bench.restart();
    const creating = stopNext(bench.fake, "POST /v2/users", "before");
    const joining = bench.deliver([joined()]);
    await creating.reached;
    const leaver = left();
    await expect.poll(() => other.deliver([leaver])).toEqual([]);
    expect(statusOf(bench)).toBeUndefined();
    creating.open();
    expect(await joining).toEqual([]);
    expect(statusOf(bench)).toBe("invited");
    const compensation = await bench.take("leavers");
    expect(compensation).toMatchObject([{ source: "compensation", kind: "leaver" }]);
    await other.deliver(compensation);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("is followed by a second removal also when the joiner's worker died after the creation", async () => {
    const bench = await workbench({ environment: { LEASE_MS: "200" } });
    const other = await bench.restart();
    const joiner = joined();
    // The first attempt claimed and never came back: its creation is still on its way.
    const person = bench.identity.person(ada);
    const now = Date.now();
    const lost = { person, event: joiner, version: versionOf(joiner), token: "died", now, leaseMs: 200 };
    expect(await claim(bench.table, lost)).toMatchObject({ claimed: true });
    await expect.poll(() => other.deliver([left()])).toEqual([]);
    bench.fake.seed({ email: ada, status: "invited" });
    await deliverUntilDone(bench, other, joiner);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("waits out the lease of a creation that was cut after its effect", async () => {
    const bench = await workbench({ environment: { LEASE_MS: "300" } });
    bench.fake.fault({ route: "POST /v2/users", cut: "after" });
    const [joiner, leaver] = [joined(), left()];
    expect(await bench.deliver([joiner])).toEqual([joiner.id]);
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    await deliverUntilDone(bench, bench, leaver);
    expect(statusOf(bench)).toBe("inactive");
    await deliverUntilDone(bench, bench, joiner);
    expect((await bench.trail(ada)).map(({ outcome }) => outcome)).toEqual(
      expect.arrayContaining(["removed", "stale"]),
    );
  });
});

describe("a joiner while their older leaver is at work", () => {
  it("waits, and is blocked for ever by what cannot be undone", async () => {
    const bench = await workbench();
    const other = await bench.restart();
    bench.fake.seed({ email: ada });
    const deleting = stopNext(bench.fake, "DELETE /v2/users/{id}", "after");
    const leaving = bench.deliver([left()]);
    await deleting.reached;
    const rejoiner = eventOf("joiner", ada, { occurredAt: at(-1) });
    expect(await other.deliver([rejoiner])).toEqual([rejoiner.id]);
    deleting.open();
    expect(await leaving).toEqual([]);
    await deliverUntilDone(bench, other, rejoiner);
    expect((await bench.trail(ada)).map(({ reason }) => reason)).toContain("blocked_forever");
  });

  it("makes a leaver stale that is still backing off", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    bench.fake.fault({ route: "DELETE /v2/users/{id}", status: 429, retryAfter: 60 });
    const leaver = left();
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    const other = await bench.restart();
    await other.deliver([eventOf("reinstate", ada, { occurredAt: at(-1) })]);
    await other.deliver([leaver], { receives: 2 });
    expect(statusOf(bench)).toBe("active");
  });
});

describe("two workers with the same event", () => {
  it("create one invitation and send one mail", async () => {
    const bench = await workbench();
    const other = await bench.restart();
    const joiner = joined();
    const creating = stopNext(bench.fake, "POST /v2/users", "before");
    const first = bench.deliver([joiner]);
    await creating.reached;
    expect(await other.deliver([joiner])).toEqual([joiner.id]);
    creating.open();
    expect(await first).toEqual([]);
    expect(await other.deliver([joiner])).toEqual([]);
    expect(bench.fake.mails()[ada]).toMatchObject({ invitation: 1 });
  });

  it("count one removal when the first one's answer was lost", async () => {
    const bench = await workbench({ environment: { LEASE_MS: "300" } });
    await bench.deliver([joined()]);
    bench.fake.fault({ route: "DELETE /v2/users/{id}", cut: "after" });
    const leaver = left();
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    await deliverUntilDone(bench, bench, leaver);
    const trail = await bench.trail(ada);
    expect(trail.map(({ outcome }) => outcome)).toEqual(["invited", "removed"]);
    expect(await readState(bench.table, bench.identity.person(ada))).toMatchObject({ goneAt: expect.any(String) });
  });
});

describe("an event that kills its worker", () => {
  const die = async (bench: Workbench, event: LifecycleEvent, times: number) => {
    for (let crash = 0; crash < times; crash++) {
      const person = bench.identity.person(event.person.email ?? "");
      // A lease that is already over: as if the time until the message came back had passed.
      const lost = { person, event, version: versionOf(event), token: `died ${crash}`, now: crash, leaseMs: 1 };
      await claim(bench.table, lost);
    }
  };

  it("is parked after five crashes, before it is claimed again", async () => {
    const bench = await workbench();
    const poison = joined();
    await die(bench, poison, 5);
    expect(await bench.deliver([poison], { receives: 6 })).toEqual([]);
    expect((await bench.trail(ada)).map(({ reason }) => reason)).toEqual(["crashes_worker"]);
    expect(bench.fake.calls()).toEqual({});
    expect(unfinishedClaims(await readState(bench.table, bench.identity.person(ada)), poison.id)).toBe(0);
  });

  it("is worked last and alone, while an outage's failures do not count as crashes", async () => {
    const bench = await workbench();
    const poison = joined();
    await die(bench, poison, 2);
    const innocent = ["grace@example.com", "joan@example.com"].map((email) => eventOf("joiner", email));
    bench.fake.fault({ route: "POST /v2/users", latencyMs: 50 });
    await bench.deliver([poison, ...innocent], { receives: 3 });
    expect(
      bench.fake
        .users()
        .map(({ email }) => email)
        .at(-1),
    ).toBe(ada);
    bench.fake.fault({ route: "GET /v2/users", status: 503, times: 8 });
    const grace = eventOf("mover", "grace@example.com", { person: { name: "Grace Hopper" } });
    for (let failure = 0; failure < 8; failure++) {
      expect(await bench.deliver([grace], { receives: failure + 1 })).toEqual([grace.id]);
    }
    expect(await bench.deliver([grace], { receives: 9 })).toEqual([]);
  });
});
