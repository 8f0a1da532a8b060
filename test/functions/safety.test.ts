import { describe, expect, it } from "vitest";
import { claim } from "../../lib/ledger/claim.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { versionOf } from "../../lib/ledger/state.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { oktaHook } from "../../local/signed-requests.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** What must not happen, whatever comes in whatever order: a wrong deletion, or a leaver left inside unseen. */
const ada = "ada@example.com";
const grace = "grace@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const statusOf = (bench: Workbench, email = ada) => bench.fake.users().find((user) => user.email === email)?.status;
const ends = async (bench: Workbench, email = ada) =>
  (await bench.trail(email)).map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome} ${reason}`));
const held = async (bench: Workbench) => (await listShelved(bench.table, "HELD")).map(({ reason }) => reason);

/** The worker died in the middle of these attempts; their leases are over. */
async function die(bench: Workbench, event: LifecycleEvent, times = 1): Promise<void> {
  for (let now = 0; now < times; now++) {
    const person = bench.identity.person(event.person.email ?? "");
    await claim(bench.table, { person, event, version: versionOf(event), token: `died ${now}`, now, leaseMs: 1 });
  }
}

describe("groups that stand for access", () => {
  const groups = ["00gA", "00gB"];
  const okta = { okta: { everyone: false, groups } };
  const change = (verb: "add" | "remove", targetGroup: string, minutes: number) => ({
    eventType: `group.user_membership.${verb}`,
    email: ada,
    targetGroup,
    published: at(minutes),
  });
  const send = (bench: Workbench, ...changes: ReturnType<typeof change>[]) =>
    bench.ingest({
      path: "/webhooks/okta",
      headers: { "content-type": "application/json", authorization: "local-okta-secret" },
      body: JSON.stringify(oktaHook(...changes)),
    });
  const workAll = async (bench: Workbench) => {
    for (const lane of ["leavers", "changes"] as const) {
      for (let events = await bench.take(lane); events.length > 0; events = await bench.take(lane)) {
        for (const event of events) await bench.deliver([event]);
      }
    }
  };

  it("keep whoever moves from one to another, and remove who has left the last", async () => {
    const bench = await workbench({ config: { sources: okta } });
    await send(bench, change("add", "00gA", -10));
    await workAll(bench);
    await send(bench, change("add", "00gB", -2), change("remove", "00gA", -1));
    await workAll(bench);
    expect(statusOf(bench)).toBe("invited");
    await send(bench, change("remove", "00gB", 0));
    await workAll(bench);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("hold the leaver of whom nobody knows whether they are in another one", async () => {
    const bench = await workbench({ config: { sources: okta } });
    bench.fake.seed({ email: ada });
    await send(bench, change("remove", "00gA", -1));
    await workAll(bench);
    expect(await held(bench)).toEqual(["membership_unknown"]);
    expect(statusOf(bench)).toBe("active");
  });

  it("remove them where the configuration says that unseen is absent, or where there is only one group", async () => {
    for (const one of [{ groups, assumeAbsent: true }, { groups: ["00gA"] }]) {
      const bench = await workbench({ config: { sources: { okta: one } } });
      bench.fake.seed({ email: ada });
      await send(bench, change("remove", "00gA", -1));
      await workAll(bench);
      expect(statusOf(bench)).toBe("inactive");
    }
  });
});

describe("plans", () => {
  it("of a first and a last day do not cancel each other, whichever was made first", async () => {
    for (const [joined, left] of [
      [-2, -1],
      [-1, -2],
    ] as const) {
      const bench = await workbench();
      await bench.deliver([eventOf("joiner", ada, { occurredAt: at(joined), effectiveAt: inMs(1_500) })]);
      await bench.deliver([eventOf("leaver", ada, { occurredAt: at(left), effectiveAt: inMs(2_000) })]);
      await expect
        .poll(() => bench.reconcile({ mode: "due", dryRun: true }), { timeout: 10_000 })
        .toMatchObject({ users: 2 });
      await bench.reconcile({ mode: "due" });
      await bench.deliver(await bench.take("changes"));
      await bench.deliver(await bench.take("leavers"));
      expect(statusOf(bench)).toBe("inactive");
    }
  });

  it("are not called off by a command with a date", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-2), effectiveAt: inMs(1_500) })]);
    await bench.deliver([eventOf("password.reset", ada, { effectiveAt: at(60) })]);
    await expect.poll(() => bench.reconcile({ mode: "due" }), { timeout: 10_000 }).toMatchObject({ users: 1 });
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });

  it("wait while nothing is done", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { effectiveAt: inMs(1_500) })]);
    const observing = await bench.restart({ mode: "observe" });
    await expect.poll(() => observing.reconcile({ mode: "due" }), { timeout: 10_000 }).toMatchObject({ users: 1 });
    expect(await bench.take("leavers")).toEqual([]);
    const acting = await bench.restart();
    await acting.reconcile({ mode: "due" });
    await acting.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });
});

describe("releases", () => {
  const noBudget = { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };

  it("count for the very event that was held, and for nobody else who comes under its id", async () => {
    const bench = await workbench({ config: noBudget });
    for (const email of [ada, grace]) bench.fake.seed({ email });
    const leaver = eventOf("leaver", ada);
    await bench.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver([{ ...leaver, attempt: 1, person: { email: grace } }]);
    expect(statusOf(bench, grace)).toBe("active");
  });

  it("lift the hold that they were from, and no other, until all are lifted", async () => {
    const sources = { okta: { groups: ["00gA", "00gB"] } };
    const bench = await workbench({ config: { ...noBudget, sources } });
    bench.fake.seed({ email: ada });
    const membership = { of: "group:00gA", change: "removed" as const, among: ["group:00gA", "group:00gB"] };
    const leaver = eventOf("leaver", ada, { source: "okta", membership });
    await bench.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver(await bench.take("changes"));
    expect(await held(bench)).toEqual(["deletion_budget"]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver(await bench.take("changes"));
    expect(statusOf(bench)).toBe("inactive");
    expect(await held(bench)).toEqual([]);
  });

  it("are not used up by mode observe", async () => {
    const bench = await workbench({ config: noBudget });
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada);
    await bench.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    const observing = await bench.restart({ mode: "observe" });
    await observing.deliver(await bench.take("leavers"));
    expect(await ends(bench)).toEqual(["held deletion_budget", "released deletion_budget", "would_delete"]);
    expect(await held(bench)).toEqual(["deletion_budget"]);
  });

  it("are what an operator may refuse: then the person no longer counts as leaving", async () => {
    const bench = await workbench({ config: noBudget });
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada, { occurredAt: at(-1) });
    await bench.deliver([leaver, eventOf("mover", grace)]);
    await dismiss(bench, "HELD", leaver.id, word);
    await bench.deliver([eventOf("password.reset", ada)]);
    expect(await ends(bench)).toEqual(["held deletion_budget", "dismissed", "reset_sent"]);
    expect(await held(bench)).toEqual([]);
  });
});

describe("creations that come after their leaver had looked", () => {
  const left = () => eventOf("leaver", ada, { occurredAt: at(-1) });
  const gone = async (bench: Workbench) => {
    bench.fake.seed({ email: ada, status: "invited" });
    return async (event: LifecycleEvent) => {
      await bench.deliver([event], { receives: 3 });
      await bench.deliver(await bench.take("leavers"));
      expect(statusOf(bench)).toBe("inactive");
    };
  };

  it("by a joiner whose worker died, and whose day had come", async () => {
    const bench = await workbench();
    const joiner = eventOf("joiner", ada, { occurredAt: at(-3), effectiveAt: at(-2) });
    await die(bench, joiner);
    await bench.deliver([left()]);
    await (await gone(bench))(joiner);
  });

  it("by a mover who may join", async () => {
    const bench = await workbench({ config: { moversMayJoin: true } });
    const mover = eventOf("mover", ada, { occurredAt: at(-2) });
    await die(bench, mover);
    await bench.deliver([left()]);
    await (await gone(bench))(mover);
  });

  it("by a joiner whose answer never came", async () => {
    const bench = await workbench({ environment: { LEASE_MS: "1" } });
    const joiner = eventOf("joiner", ada, { occurredAt: at(-2) });
    bench.fake.fault({ route: "POST /v2/users", cut: "before" });
    expect(await bench.deliver([joiner])).toEqual([joiner.id]);
    await bench.deliver([left()]);
    await (await gone(bench))(joiner);
  });

  it("by a joiner who is parked for killing workers", async () => {
    const bench = await workbench();
    const joiner = eventOf("joiner", ada, { occurredAt: at(-2) });
    await die(bench, joiner, 5);
    await bench.deliver([left()]);
    await (await gone(bench))(joiner);
    expect(await ends(bench)).toContain("parked crashes_worker");
  });
});

describe("leavers", () => {
  it("of whom the ledger knew nothing are verified by id when the first look at the result failed", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    bench.fake.fault({ route: "GET /v2/users/{id}", status: 503 });
    const leaver = eventOf("leaver", ada);
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    await bench.deliver([leaver], { receives: 2 });
    expect(await ends(bench)).toEqual(["removed"]);
    expect(bench.fake.calls()["GET /v2/users/{id}"]).toBe(2);
  });

  it.each(["leaver", "suspend"] as const)(
    "are not taken for absent while the key does not see its own owner: %s",
    async (kind) => {
      const bench = await workbench({ config: { apiKeyOwner: "robot@example.com" } });
      const event = eventOf(kind, ada);
      expect(await bench.deliver([event])).toEqual([event.id]);
      expect(await ends(bench)).toEqual([]);
      // Nor is anybody invited into what may be somebody else's account.
      const joiner = eventOf("joiner", grace);
      expect(await bench.deliver([joiner])).toEqual([joiner.id]);
      expect(statusOf(bench, grace)).toBeUndefined();
    },
  );

  it("are found by the sweep when they are there again, whatever came for them meanwhile", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("mover", ada, { person: { name: "Ada L" } })]);
    expect((await ends(bench)).at(-1)).toBe("none leaving");
    expect(await bench.reconcile({ mode: "full" })).toMatchObject({ queued: 1 });
    expect(await bench.take("leavers")).toMatchObject([{ kind: "leaver", person: { email: ada } }]);
  });

  it("are no duplicates of a joiner that came under the same id", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { id: "standard:emp-42", occurredAt: at(-2) })]);
    await bench.deliver([eventOf("leaver", ada, { id: "standard:emp-42" })]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("are not made stale by an event from the future, which is parked", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(60 * 24 * 365) })]);
    expect((await listShelved(bench.table, "PARKED")).map(({ reason }) => reason)).toEqual(["in_the_future"]);
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada)]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("are not parked for a role that they had", async () => {
    const bench = await workbench({ config: { allowedRoles: ["member"] } });
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { person: { role: "admin" } })]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it.each(["leaver", "suspend"] as const)(
    "who were merely observed are shown by the full listing, so that somebody decides: %s",
    async (kind) => {
      const bench = await workbench({ config: { mode: "observe" } });
      bench.fake.seed({ email: ada });
      const event = eventOf(kind, ada, { occurredAt: at(-1) });
      await bench.deliver([event]);
      const acting = await bench.restart({ mode: "act" });
      const listed = () => acting.reconcile({ mode: "full", dryRun: true });
      expect(await listed()).toMatchObject({ plan: [{ wants: "decision", email: ada }] });
      await acting.deliver([{ ...event, attempt: 1 }]);
      expect(await listed()).toMatchObject({ plan: [] });
    },
  );

  it("who are admins are weighed against everybody, within the time that there is", async () => {
    const bench = await workbench({ config: { apiKeyOwner: "robot@example.com" } });
    for (let n = 0; n < 250; n++) bench.fake.seed({ email: `user${n}@example.com` });
    bench.fake.seed({ email: ada, role: "admin" });
    bench.fake.change({ rateLimit: { requests: 2, windowMs: 60_000 } });
    const leaver = eventOf("leaver", "owner@example.com");
    expect(await bench.deliver([leaver], { remainingMs: 4_000 })).toEqual([leaver.id]);
    expect(statusOf(bench, "owner@example.com")).toBe("active");
  });
});

describe("profiles", () => {
  const nameOf = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.name;

  it("never go back to an older one", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("mover", ada, { occurredAt: at(-5), person: { name: "First" } })]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-6) })]);
    await bench.deliver([eventOf("mover", ada, { occurredAt: at(-3), person: { name: "Second" } })]);
    await bench.deliver([eventOf("joiner", ada, { id: "standard:again", occurredAt: at(-4) })]);
    expect(nameOf(bench)).toBe("Second");
  });

  it("add up until there is somebody to apply them to", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("mover", ada, { occurredAt: at(-5), person: { name: "Ada Lovelace" } })]);
    await bench.deliver([eventOf("mover", ada, { occurredAt: at(-4), person: { isDeveloper: false } })]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-6) })]);
    expect(bench.fake.users().find(({ email }) => email === ada)).toMatchObject({
      name: "Ada Lovelace",
      isDeveloper: false,
    });
  });
});
