import { describe, expect, it } from "vitest";
import { listDue } from "../../lib/ledger/due.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** The deletion that a suspend plans, beside first and last days that HR plans. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const inSeconds = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const person = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada);
const held = async (bench: Workbench) =>
  (await listShelved(bench.table, "HELD")).map(({ event, reason }) => `${event.kind} ${reason}`);

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
