import { expect, test } from "vitest";
import { claim } from "../../../lib/ledger/claim.ts";
import { endRun, type Run, readRun, readStates, writeRun } from "../../../lib/ledger/runs.ts";
import { versionOf } from "../../../lib/ledger/state.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { lifecycleEvent, noon } from "../../support/events.ts";

const { table } = await openTestLedger();
const resumableMs = 36 * 3_600_000;

const run: Run = {
  cursor: "b3BhcXVl",
  users: 300,
  lingering: [{ userId: "VXNlcjox", email: "ann@example.com", leftAt: noon - 1 }],
  trusted: true,
  sources: { okta: true, workos: false },
  at: noon,
};

test("a run is read back as it was written, until it ends", async () => {
  expect(await readRun(table, "whole", noon)).toBeUndefined();
  await writeRun(table, "whole", run);
  expect(await readRun(table, "whole", noon + 1)).toEqual(run);
  await endRun(table, "whole");
  expect(await readRun(table, "whole", noon + 1)).toBeUndefined();
  await expect(endRun(table, "whole")).resolves.toBeUndefined();
});

test("each mode has a run of its own", async () => {
  await writeRun(table, "one", run);
  expect(await readRun(table, "other", noon)).toBeUndefined();
});

test("a run is resumed the next day, and no more after a day and a half", async () => {
  await writeRun(table, "old", run);
  expect(await readRun(table, "old", noon + resumableMs - 1)).toEqual(run);
  expect(await readRun(table, "old", noon + resumableMs)).toBeUndefined();
});

test("a run that nobody goes on from is deleted, with the addresses in it", async () => {
  await writeRun(table, "left", run);
  const items = await table.queryAll("pk = :pk AND sk = :mode", { ":pk": "RECONCILE", ":mode": "left" });
  expect(items).toMatchObject([{ ttl: (noon + resumableMs) / 1000 }]);
});

test("the states of a hundred people come at once, by person; strangers are left out", async () => {
  const known = Array.from({ length: 60 }, somebody);
  const event = lifecycleEvent();
  await Promise.all(
    known.map((person) =>
      claim(table, { person, event, version: versionOf(event), token: person, now: noon, leaseMs: 1 }),
    ),
  );
  const strangers = Array.from({ length: 40 }, somebody);
  const states = await readStates(table, [...known, ...strangers]);
  expect([...states.keys()].toSorted()).toEqual(known.toSorted());
  for (const [person, state] of states) expect(state).toMatchObject({ leaseOwner: person });
});

test("somebody asked for twice is read once, nobody not at all", async () => {
  const person = somebody();
  const event = lifecycleEvent();
  await claim(table, { person, event, version: versionOf(event), token: "t", now: noon, leaseMs: 1 });
  expect((await readStates(table, [person, person])).size).toBe(1);
  expect((await readStates(table, [])).size).toBe(0);
});
