import { describe, expect, it } from "vitest";
import { dueKey, listDue, schedule } from "../../lib/ledger/due.ts";
import { notePlan } from "../../lib/ledger/plans.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** The deletion that a suspend plans, beside first and last days that HR plans. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const person = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada);
const held = async (bench: Workbench) =>
  (await listShelved(bench.table, "HELD")).map(({ event, reason }) => `${event.kind} ${reason}`);
const planned = async (bench: Workbench) => (await listDue(bench.table, Date.now() + 100 * 3_600_000)).events;
const ends = async (bench: Workbench, { id }: LifecycleEvent) =>
  (await bench.trail(ada)).filter(({ event }) => event === id).map(({ outcome }) => outcome);

/** Ada is a developer at Arize; whom a suspend cuts is deleted so many seconds later. */
async function open(deleteAfterSeconds: number): Promise<Workbench> {
  const bench = await workbench({ config: { suspension: { deleteAfterHours: deleteAfterSeconds / 3_600 } } });
  await bench.deliver([eventOf("joiner", ada, { occurredAt: inSeconds(-60) })]);
  expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: true });
  return bench;
}

/** Waits until so many plans are due, and works them: first days before deletions. */
async function workDue(bench: Workbench, count: number, lanes: readonly ("changes" | "leavers")[] = ["changes"]) {
  const due = async () => (await listDue(bench.table, Date.now())).events.length;
  await expect.poll(due, { timeout: 10_000 }).toBe(count);
  await bench.reconcile({ mode: "due" });
  for (const lane of new Set([...lanes, "leavers"] as const)) await workQueue(bench, lane);
}

async function workQueue(bench: Workbench, lane: "changes" | "leavers"): Promise<void> {
  for (const event of await bench.take(lane)) expect(await bench.deliver([event])).toEqual([]);
}

describe("a first day that was planned before a suspend", () => {
  it.each(["joiner", "reinstate"] as const)("gives back what was taken, and the deletion is held: %s", async (kind) => {
    const bench = await open(1);
    await bench.deliver([eventOf(kind, ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(0.9) })]);
    await bench.deliver([eventOf("suspend", ada)]);
    expect(person(bench)?.isDeveloper).toBe(false);
    await workDue(bench, 2);
    expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: true });
    expect(await held(bench)).toEqual(["leaver planned_return"]);
  });

  it("holds the deletion also before it is done, and of a suspend that was planned; a release deletes", async () => {
    const bench = await open(2);
    const last = { occurredAt: inSeconds(-40), effectiveAt: inSeconds(-1) };
    await bench.deliver([eventOf("joiner", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(0.9) })]);
    await bench.deliver([eventOf("suspend", ada, last)]);
    await workDue(bench, 2, []);
    expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: false });
    const [deletion] = await listShelved(bench.table, "HELD");
    expect(deletion).toMatchObject({ event: { kind: "leaver" }, reason: "planned_return" });
    await putBack(bench, "HELD", deletion?.event.id ?? "", word);
    await workQueue(bench, "leavers");
    expect(person(bench)?.status).toBe("inactive");
  });

  it("holds nothing when it came before the suspend's own day, though that was told before it came", async () => {
    const bench = await open(1 / 1_000);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(-30) })]);
    await bench.deliver([eventOf("suspend", ada, { occurredAt: inSeconds(-40), effectiveAt: inSeconds(-20) })]);
    await workDue(bench, 1);
    expect(person(bench)?.status).toBe("inactive");
  });
});

it("a suspend's deletion is asked about twice when a return is parked and another one is through", async () => {
  const bench = await open(1);
  await bench.deliver([eventOf("joiner", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(0.9) })]);
  await bench.deliver([eventOf("suspend", ada, { occurredAt: inSeconds(-30) })]);
  const unusable = { email: ada, role: { type: "custom", id: "another" } } as const;
  await bench.deliver([eventOf("reinstate", ada, { occurredAt: inSeconds(-20), person: unusable })]);
  await workDue(bench, 2);
  expect(await held(bench)).toEqual(["leaver contradicted"]);
  const [deletion] = await listShelved(bench.table, "HELD");
  await putBack(bench, "HELD", deletion?.event.id ?? "", word);
  await workQueue(bench, "leavers");
  expect(await held(bench)).toEqual(["leaver planned_return"]);
  expect(person(bench)?.status).toBe("invited");
});

it("nobody is deleted by a suspend when something older that came late has given back what it took", async () => {
  const bench = await open(25);
  const inGroup = (of: string, change: "added" | "removed", seconds: number) =>
    eventOf(change === "added" ? "joiner" : "leaver", ada, {
      occurredAt: inSeconds(seconds),
      membership: { of, change, among: ["A", "B", "C"] },
    });
  await bench.deliver([inGroup("A", "added", -50)]);
  await bench.deliver([eventOf("suspend", ada, { occurredAt: inSeconds(-30) })]);
  await bench.deliver([inGroup("C", "removed", -20)]);
  // What is known of all groups outranks the suspend, and this one is older than it.
  await bench.deliver([inGroup("B", "added", -40)]);
  expect(person(bench)?.isDeveloper).toBe(true);
  await workDue(bench, 1);
  expect(person(bench)?.status).toBe("invited");
  expect(await held(bench)).toEqual(["leaver planned_return"]);
});

it("a suspend's deletion that comes again when it is done is a duplicate, and nobody is asked about it", async () => {
  const bench = await open(1);
  await bench.deliver([eventOf("suspend", ada)]);
  const [deletion] = await planned(bench);
  if (deletion === undefined) throw new Error("its deletion was planned");
  await workDue(bench, 1);
  expect(person(bench)?.status).toBe("inactive");
  await bench.deliver([{ ...deletion, attempt: 1 }], { receives: 2 });
  expect(await held(bench)).toEqual([]);
  expect(await ends(bench, deletion)).toEqual(["duplicate", "removed"]);
});

describe("a last day that a suspend's deletion replaced", () => {
  const forbidden = { route: "PATCH /v2/users/{id}", status: 403 };

  /** A last day in two hours, and a suspend after it that Arize does not let this key do. */
  async function suspendInVain(bench: Workbench) {
    const last = eventOf("leaver", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(7_200) });
    await bench.deliver([last]);
    bench.fake.fault(forbidden);
    const suspend = eventOf("suspend", ada, { occurredAt: inSeconds(-30) });
    await bench.deliver([suspend]);
    return { last, suspend };
  }

  it("says so, and waits for an operator when the suspend is dismissed: released before its day, it stands again", async () => {
    const bench = await open(3_600);
    const { last, suspend } = await suspendInVain(bench);
    const [deletion, ...others] = await planned(bench);
    if (deletion === undefined) throw new Error("its deletion was planned");
    expect(others).toEqual([]);
    expect(await ends(bench, last)).toEqual(["scheduled", "overtaken"]);
    bench.fake.fault(forbidden);
    await putBack(bench, "PARKED", suspend.id, word);
    await workQueue(bench, "leavers");
    expect(await ends(bench, suspend)).toEqual(["parked", "redriven", "parked"]);
    await dismiss(bench, "PARKED", suspend.id, word);
    expect(await planned(bench)).toEqual([]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await putBack(bench, "HELD", last.id, word);
    await workQueue(bench, "leavers");
    expect(await held(bench)).toEqual([]);
    expect((await planned(bench)).map(({ id }) => id)).toEqual([last.id]);
    const sofar = ["scheduled", "overtaken", "held", "released", "scheduled"];
    expect(await ends(bench, last)).toEqual(sofar);
    // The next suspend replaces it anew, and a return calls off whatever stands.
    await bench.deliver([eventOf("suspend", ada, { occurredAt: inSeconds(-20) })]);
    expect(await ends(bench, last)).toEqual([...sofar, "overtaken"]);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: inSeconds(-10) })]);
    expect(await planned(bench)).toEqual([]);
    expect(person(bench)?.status).toBe("invited");
  });

  it.each(["before", "after"])("deletes nobody whose return is stale %s the suspend is dismissed", async (when) => {
    const bench = await open(3_600);
    const { suspend } = await suspendInVain(bench);
    const back = eventOf("reinstate", ada, { occurredAt: inSeconds(-40) });
    if (when === "before") await bench.deliver([back]);
    await dismiss(bench, "PARKED", suspend.id, word);
    if (when === "after") await bench.deliver([back]);
    expect(await ends(bench, back)).toEqual(["stale"]);
    expect(await planned(bench)).toEqual([]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    expect(person(bench)?.status).toBe("invited");
  });

  it("leaves nothing of a deletion that was on its way when the suspend was dismissed", async () => {
    const bench = await open(1);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(7_200) })]);
    bench.fake.fault(forbidden);
    const suspend = eventOf("suspend", ada, { occurredAt: inSeconds(-30) });
    await bench.deliver([suspend]);
    const [deletion] = await planned(bench);
    if (deletion === undefined) throw new Error("its deletion was planned");
    await dismiss(bench, "PARKED", suspend.id, word);
    await bench.deliver([{ ...deletion, attempt: 1 }]);
    expect(await ends(bench, deletion)).toEqual(["overtaken"]);
    expect(person(bench)?.status).toBe("invited");
  });

  it("is an operator's to decide when its day is over by then", async () => {
    const bench = await open(3_600);
    const last = eventOf("leaver", ada, { occurredAt: inSeconds(-50), effectiveAt: inSeconds(-1) });
    // Its day has come, and nobody has looked for it yet.
    const hash = bench.identity.person(ada);
    await notePlan(bench.table, hash, "leaver", Date.parse(last.occurredAt), dueKey(last));
    await schedule(bench.table, last, hash);
    bench.fake.fault(forbidden);
    const suspend = eventOf("suspend", ada, { occurredAt: inSeconds(-30) });
    await bench.deliver([suspend]);
    await dismiss(bench, "PARKED", suspend.id, word);
    expect(await planned(bench)).toEqual([]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await putBack(bench, "HELD", last.id, word);
    await workQueue(bench, "leavers");
    expect(person(bench)?.status).toBe("inactive");
    expect(await ends(bench, last)).toEqual(["overtaken", "held", "released", "removed"]);
  });
});
