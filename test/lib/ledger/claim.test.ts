import { describe, expect, test } from "vitest";
import { type Claim, claim, dropCounters, noteUser, record, release } from "../../../lib/ledger/claim.ts";
import { forgetLeaver, isOvertaken, notePlan } from "../../../lib/ledger/plans.ts";
import { failures, isLeaving, markOf, readState, unfinishedClaims, versionOf } from "../../../lib/ledger/state.ts";
import { kinds, type LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table, client } = await openTestLedger();
const leaseMs = 90_000;

/** Claims an event for a person, at noon unless told otherwise. */
function take(person: string, event: LifecycleEvent, token = "worker 1", now = noon): Promise<Claim> {
  return claim(table, { person, event, version: versionOf(event), token, now, leaseMs });
}

/** Claims an event and writes its end. */
async function finish(person: string, event: LifecycleEvent, now = noon): Promise<void> {
  await expect(take(person, event, "finisher", now)).resolves.toMatchObject({ claimed: true });
  expect(await record(table, { person, event, token: "finisher" }, {}, versionOf(event))).toBe(true);
}

const joiner = (ms = 0) => lifecycleEvent({ kind: "joiner", occurredAt: at(ms) });
const leaver = (ms = 0) => lifecycleEvent({ kind: "leaver", occurredAt: at(ms) });
const mover = (ms = 0) => lifecycleEvent({ kind: "mover", occurredAt: at(ms) });

describe("what orders events", () => {
  test("each kind has its mark, and only joining and leaving move the person's membership", () => {
    expect(kinds.map((kind) => [kind, markOf(kind)])).toEqual([
      ["joiner", "membership"],
      ["mover", "attributes"],
      ["leaver", "membership"],
      ["changed", "attributes"],
      ["reinstate", "membership"],
      ["invitation.resend", "resend"],
      ["invitation.renew", "renew"],
      ["password.reset", "reset"],
      ["placement", "placement"],
      ["suspend", "membership"],
    ]);
  });

  test("the newer is greater, and a leaver wins a tie", () => {
    expect(versionOf(joiner(0))).toBe(noon * 2);
    expect(versionOf(leaver(0))).toBe(noon * 2 + 1);
    expect(versionOf(joiner(1))).toBeGreaterThan(versionOf(leaver(0)));
    expect(versionOf({ kind: "joiner", occurredAt: at(5), effectiveAt: at(9) })).toBe((noon + 9) * 2);
  });

  test("a person is leaving when the newest thing about their membership is a leaver", () => {
    expect(isLeaving({})).toBe(false);
    expect(isLeaving({ mark_membership: versionOf(joiner()) })).toBe(false);
    expect(isLeaving({ mark_membership: versionOf(leaver()) })).toBe(true);
  });
});

describe("a claim", () => {
  test("takes the lease and raises the mark", async () => {
    const person = somebody();
    const event = joiner(0);
    expect(await take(person, event)).toMatchObject({
      claimed: true,
      state: { leaseOwner: "worker 1", leaseUntil: noon + leaseMs, mark_membership: versionOf(event) },
    });
    expect(await readState(table, person)).toMatchObject({ leaseOwner: "worker 1", mark_membership: versionOf(event) });
  });

  test("is refused to a duplicate", async () => {
    const person = somebody();
    const event = joiner();
    await finish(person, event);
    expect(await take(person, event)).toMatchObject({ claimed: false, why: "duplicate" });
    expect(await take(person, { ...event, attempt: 3 })).toMatchObject({ claimed: false, why: "duplicate" });
    expect(await take(person, { ...event, id: "okta:other" })).toMatchObject({ claimed: true });
  });

  test("is no duplicate when another event came under the same id", async () => {
    const person = somebody();
    const event = joiner(0);
    await finish(person, event);
    const newer = { ...event, occurredAt: at(1) };
    await finish(person, newer);
    expect(await take(person, newer)).toMatchObject({ claimed: false, why: "duplicate" });
    expect(await take(person, event)).toMatchObject({ claimed: false, why: "stale" });
  });

  test("is refused to what is stale", async () => {
    const person = somebody();
    await finish(person, leaver(5));
    expect(await take(person, joiner(4))).toMatchObject({ claimed: false, why: "stale", state: { leftAt: noon + 5 } });
    expect(await take(person, joiner(5))).toMatchObject({ claimed: false, why: "stale" });
    expect(await take(person, joiner(6))).toMatchObject({ claimed: true });
  });

  test("a leaver wins a tie, whichever comes first", async () => {
    const person = somebody();
    await finish(person, joiner(5));
    expect(await take(person, leaver(5))).toMatchObject({ claimed: true });
  });

  test("is refused while the lease is taken, raises the mark all the same, and says how long", async () => {
    const person = somebody();
    await take(person, joiner(0));
    const later = leaver(5);
    expect(await take(person, later, "worker 2", noon + 10_000)).toMatchObject({
      claimed: false,
      why: "busy",
      retryAfterMs: leaseMs - 10_000,
    });
    const state = await readState(table, person);
    expect(state).toMatchObject({ leaseOwner: "worker 1", mark_membership: versionOf(later) });
    expect(unfinishedClaims(state, later.id)).toBe(0);
    expect(await take(person, joiner(3), "worker 3")).toMatchObject({ claimed: false, why: "stale" });
  });

  test("a busy older event does not lower the mark", async () => {
    const person = somebody();
    const newer = leaver(5);
    await take(person, newer);
    expect(await take(person, joiner(1), "worker 2")).toMatchObject({ claimed: false, why: "stale" });
    expect((await readState(table, person)).mark_membership).toBe(versionOf(newer));
  });

  test("a busy event does not lower a mark that was raised while it looked", async () => {
    const person = somebody();
    const newest = leaver(9);
    await take(person, joiner(0));
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const seen = await next(args);
          if (commandName === "GetItemCommand" && client.middlewareStack.remove("overtake")) {
            await take(person, newest, "worker 3");
          }
          return seen;
        },
      { step: "initialize", name: "overtake" },
    );
    expect(await take(person, joiner(5), "worker 2")).toMatchObject({ claimed: false, why: "busy" });
    expect((await readState(table, person)).mark_membership).toBe(versionOf(newest));
  });

  test("takes over a lease that ran out", async () => {
    const person = somebody();
    await take(person, joiner(0));
    const end = noon + leaseMs;
    expect(await take(person, joiner(1), "worker 2", end - 1)).toMatchObject({ why: "busy", retryAfterMs: 1 });
    expect(await take(person, joiner(1), "worker 2", end)).toMatchObject({
      claimed: true,
      state: { leaseOwner: "worker 2", leaseUntil: end + leaseMs },
    });
  });

  test("a mover does not disturb a leaver, nor a leaver a mover", async () => {
    const person = somebody();
    await finish(person, mover(9));
    await finish(person, leaver(5));
    await finish(person, mover(8 + 1));
    expect(await take(person, mover(7))).toMatchObject({ claimed: false, why: "stale" });
    expect(await readState(table, person)).toMatchObject({
      mark_membership: versionOf(leaver(5)),
      mark_attributes: versionOf(mover(9)),
    });
  });

  test.each(["invitation.resend", "invitation.renew", "password.reset"] as const)(
    "%s moves neither of the person's marks",
    async (kind) => {
      const person = somebody();
      const event = lifecycleEvent({ kind, occurredAt: at(99) });
      await finish(person, event);
      const state = await readState(table, person);
      expect(state.mark_membership).toBeUndefined();
      expect(state.mark_attributes).toBeUndefined();
      await finish(person, leaver(1));
      await finish(person, mover(1));
      expect(await take(person, event)).toMatchObject({ claimed: false, why: "duplicate" });
    },
  );

  test("remembers when the whole person left, not when they left a group", async () => {
    const person = somebody();
    const ofGroup = { ...leaver(5), membership: { of: "a", change: "removed" as const, among: ["a"] } };
    await finish(person, ofGroup);
    const state = await readState(table, person);
    expect(state).not.toHaveProperty("leftAt");
    expect(state.mark_groups).toBe(versionOf(ofGroup));
    await finish(person, leaver(6));
    expect(await readState(table, person)).toMatchObject({ leftAt: noon + 6, mark_groups: versionOf(ofGroup) });
  });

  test.each(["joiner", "reinstate"] as const)("of a whole %s forgets when they left", async (kind) => {
    const person = somebody();
    await finish(person, leaver(6));
    await finish(person, lifecycleEvent({ kind, occurredAt: at(7) }));
    expect(await readState(table, person)).not.toHaveProperty("leftAt");
  });

  test("of an addition to a group, or of a mover, does not forget when they left", async () => {
    const person = somebody();
    await finish(person, leaver(6));
    await finish(person, { ...joiner(7), membership: { of: "a", change: "added", among: ["a", "b"] } });
    await finish(person, mover(8));
    expect(await readState(table, person)).toMatchObject({ leftAt: noon + 6 });
  });

  test("of a leaver that is merely observed raises the mark, and they have not left", async () => {
    const person = somebody();
    const event = leaver(6);
    const request = { person, event, version: versionOf(event), token: "observer", now: noon, leaseMs };
    expect(await claim(table, { ...request, observed: true })).toMatchObject({ claimed: true });
    const state = await readState(table, person);
    expect(state).toMatchObject({ mark_membership: versionOf(event) });
    expect(state).not.toHaveProperty("leftAt");
  });

  test("of a group's event that found the lease taken raises the groups' mark as well", async () => {
    const person = somebody();
    await take(person, joiner(0));
    const ofGroup = { ...leaver(5), membership: { of: "a", change: "removed" as const, among: ["a", "b"] } };
    expect(await take(person, ofGroup, "worker 2")).toMatchObject({ why: "busy" });
    expect(await readState(table, person)).toMatchObject({ mark_groups: versionOf(ofGroup) });
  });

  test("has one winner, however many race for it", async () => {
    const person = somebody();
    const event = joiner();
    const racers = Array.from({ length: 50 }, (_, index) => take(person, event, `worker ${index}`));
    const claims = await Promise.all(racers);
    expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
    expect(new Set(claims.flatMap((one) => (one.claimed ? [] : one.why)))).toEqual(new Set(["busy"]));
    expect(unfinishedClaims(await readState(table, person), event.id)).toBe(1);
  });

  test("of different events raced for: the newest is marked, whoever has the lease", async () => {
    const person = somebody();
    const events = Array.from({ length: 20 }, (_, index) => (index % 2 ? leaver(index) : joiner(index)));
    await Promise.all(events.map((event, index) => take(person, event, `worker ${index}`)));
    expect((await readState(table, person)).mark_membership).toBe(versionOf(leaver(19)));
  });
});

describe("the end of an event", () => {
  test("gives the lease back and leaves its facts", async () => {
    const person = somebody();
    const event = joiner();
    await take(person, event);
    const facts = { userId: "VXNlcjox", invitedAt: at(0), renewals: 0 };
    const all = { ...facts, goneAt: undefined };
    expect(await record(table, { person, event, token: "worker 1" }, all, versionOf(event))).toBe(true);
    expect(await readState(table, person)).toEqual(
      expect.objectContaining({
        ...facts,
        mark_membership: versionOf(event),
        done_membership: versionOf(event),
        doneId_membership: event.id,
      }),
    );
    const state = await readState(table, person);
    expect(Object.keys(state).filter((name) => /^(lease|claims_|fails_|goneAt)/.test(name))).toEqual([]);
  });

  test("takes away what a fact of null says, and only that", async () => {
    const person = somebody();
    const [gone, back] = [leaver(0), joiner(1)];
    await take(person, gone);
    const before = { userId: "VXNlcjox", goneAt: at(0), profile: { name: "Ann Lee" } };
    await record(table, { person, event: gone, token: "worker 1" }, before, versionOf(gone));
    expect(await readState(table, person)).toMatchObject(before);
    await take(person, back);
    const lease = { person, event: back, token: "worker 1" };
    expect(await record(table, lease, { goneAt: null, profile: null }, undefined)).toBe(true);
    const state = await readState(table, person);
    expect(state).toMatchObject({ userId: "VXNlcjox", doneId_membership: gone.id });
    expect(Object.keys(state).filter((name) => /^(goneAt|profile|lease)/.test(name))).toEqual([]);
  });

  test("that is not through may come again", async () => {
    const person = somebody();
    const event = leaver();
    await take(person, event);
    expect(await record(table, { person, event, token: "worker 1" }, {}, undefined)).toBe(true);
    const state = await readState(table, person);
    expect(state.done_membership).toBeUndefined();
    expect(state.doneId_membership).toBeUndefined();
    expect(unfinishedClaims(state, event.id)).toBe(0);
    expect(await take(person, event)).toMatchObject({ claimed: true });
  });

  test("is not written without the lease", async () => {
    const person = somebody();
    const event = joiner();
    await take(person, event);
    await take(person, leaver(1), "worker 2", noon + leaseMs);
    const before = await readState(table, person);
    const lease = { person, event, token: "worker 1" };
    expect(await record(table, lease, { userId: "VXNlcjox" }, versionOf(event))).toBe(false);
    expect(await readState(table, person)).toEqual(before);
  });
});

describe("a user's id", () => {
  test("is noted under the lease, which stays", async () => {
    const person = somebody();
    const event = leaver();
    await take(person, event);
    await noteUser(table, { person, event, token: "worker 1" }, "VXNlcjox");
    expect(await readState(table, person)).toMatchObject({ userId: "VXNlcjox", leaseOwner: "worker 1" });
  });

  test("is not noted once the lease is somebody else's", async () => {
    const person = somebody();
    const event = leaver();
    await take(person, event);
    await take(person, leaver(1), "worker 2", noon + leaseMs);
    const before = await readState(table, person);
    await expect(noteUser(table, { person, event, token: "worker 1" }, "VXNlcjox")).rejects.toMatchObject({
      name: "RetryLater",
      reason: "lease_lost",
    });
    expect(await readState(table, person)).toEqual(before);
  });
});

describe("counting", () => {
  test("each claim without an end is a crash", async () => {
    const person = somebody();
    const event = joiner();
    for (const crash of [1, 2, 3]) {
      const claimed = await take(person, event, `worker ${crash}`, noon + crash * leaseMs);
      expect(unfinishedClaims(claimed.state, event.id)).toBe(crash);
    }
    expect(unfinishedClaims(await readState(table, person), "okta:other")).toBe(0);
  });

  test("a release counts a failure, no crash, and gives the lease back", async () => {
    const person = somebody();
    const event = joiner();
    for (const failure of [1, 2]) {
      await take(person, event);
      await release(table, { person, event, token: "worker 1" }, false);
      const state = await readState(table, person);
      expect([failures(state, event.id), unfinishedClaims(state, event.id)]).toEqual([failure, 0]);
      expect(state).not.toHaveProperty("leaseOwner");
    }
    await finish(person, event);
    expect(failures(await readState(table, person), event.id)).toBe(0);
  });

  test("an ambiguous failure keeps the lease until it runs out", async () => {
    const person = somebody();
    const event = joiner();
    await take(person, event);
    await release(table, { person, event, token: "worker 1" }, true);
    const state = await readState(table, person);
    expect(state).toMatchObject({ leaseOwner: "worker 1", leaseUntil: noon + leaseMs });
    expect([failures(state, event.id), unfinishedClaims(state, event.id)]).toEqual([1, 0]);
    expect(await take(person, event, "worker 2")).toMatchObject({ why: "busy" });
    expect(await take(person, event, "worker 2", noon + leaseMs)).toMatchObject({ claimed: true });
  });

  test("a release without the lease changes nothing", async () => {
    const person = somebody();
    const event = joiner();
    await take(person, event);
    await take(person, leaver(1), "worker 2", noon + leaseMs);
    const before = await readState(table, person);
    await release(table, { person, event, token: "worker 1" }, false);
    await release(table, { person, event, token: "worker 1" }, true);
    expect(await readState(table, person)).toEqual(before);
  });

  test("counters can be dropped, and nothing else with them", async () => {
    const person = somebody();
    const [event, other] = [joiner(0), mover(0)];
    await take(person, event);
    await take(person, other, "worker 2", noon + leaseMs);
    await dropCounters(table, person, event);
    const state = await readState(table, person);
    expect([unfinishedClaims(state, event.id), unfinishedClaims(state, other.id)]).toEqual([0, 1]);
    expect(state).toMatchObject({ leaseOwner: "worker 2", mark_membership: versionOf(event) });
  });

  test("an id of any form has counters of its own", async () => {
    const person = somebody();
    const ids = ["okta:a", "okta:A", "standard:#:.-/\u{1f600}", `okta:${"x".repeat(295)}`];
    for (const [index, id] of ids.entries()) {
      await take(person, { ...joiner(index), id }, `worker ${index}`, noon + index * leaseMs);
    }
    const state = await readState(table, person);
    expect(ids.map((id) => unfinishedClaims(state, id))).toEqual([1, 1, 1, 1]);
  });
});

describe("plans", () => {
  test.each([
    ["joiner", "plannedJoinerAt"],
    ["leaver", "plannedLeaverAt"],
  ] as const)("the newest plan of a %s stands", async (plan, name) => {
    const person = somebody();
    expect(await notePlan(table, person, plan, noon + 5, "due")).toBeTruthy();
    expect(await notePlan(table, person, plan, noon + 5, "due")).toBeTruthy();
    expect(await notePlan(table, person, plan, noon + 9, "due")).toBeTruthy();
    expect(await notePlan(table, person, plan, noon + 7, "due")).toBe(false);
    expect((await readState(table, person))[name]).toBe(noon + 9);
  });

  test("a first day and a last day do not disturb each other", async () => {
    const person = somebody();
    await notePlan(table, person, "leaver", noon + 9, "due");
    expect(await notePlan(table, person, "joiner", noon + 5, "due")).toBeTruthy();
    expect(await readState(table, person)).toEqual(
      expect.objectContaining({ plannedLeaverAt: noon + 9, plannedJoinerAt: noon + 5 }),
    );
  });

  test("what was recorded since overtakes one", async () => {
    const person = somebody();
    const event = lifecycleEvent({ kind: "reinstate", occurredAt: at(5) });
    await take(person, event);
    await record(table, { person, event, token: "worker 1" }, { plannedLeaverAt: noon + 5 }, versionOf(event));
    expect(await notePlan(table, person, "leaver", noon + 4, "due")).toBe(false);
    expect(await notePlan(table, person, "leaver", noon + 6, "due")).toBeTruthy();
  });

  test("one is overtaken by what is newer than itself", () => {
    const state = { plannedLeaverAt: noon };
    expect(isOvertaken(state, "leaver", noon - 1)).toBe(true);
    expect(isOvertaken(state, "leaver", noon)).toBe(false);
    expect(isOvertaken(state, "joiner", noon - 1)).toBe(false);
    expect(isOvertaken({}, "leaver", 0)).toBe(false);
  });
});

describe("a leaver that was given up", () => {
  test("is forgotten: nobody is leaving, and who joins later may", async () => {
    const person = somebody();
    await finish(person, leaver(5));
    await forgetLeaver(table, person, versionOf(leaver(5)));
    const state = await readState(table, person);
    expect(isLeaving(state)).toBe(false);
    expect(state).not.toHaveProperty("leftAt");
    expect(await take(person, joiner(5))).toMatchObject({ claimed: false, why: "stale" });
    expect(await take(person, joiner(6))).toMatchObject({ claimed: true });
  });

  test("stays when something newer came", async () => {
    const person = somebody();
    await finish(person, leaver(5));
    await finish(person, leaver(9));
    const before = await readState(table, person);
    await forgetLeaver(table, person, versionOf(leaver(5)));
    expect(await readState(table, person)).toEqual(before);
  });
});

test("nothing is known about a stranger", async () => {
  expect(await readState(table, somebody())).toEqual({});
});
