import { expect, test } from "vitest";
import { isAboutLeaving, toEvidence } from "../../../lib/evidence/entry.ts";
import { at, noon } from "../../support/events.ts";
import { removedLine } from "../../support/evidence.ts";

const goalMs = 300_000;
const soon = noon + 60_000;

test("tells the trigger, the end, and which reading proved it", () => {
  expect(toEvidence("hash", [removedLine()], goalMs, soon)).toMatchObject({
    person: "hash",
    event: "okta:1",
    source: "okta",
    happenedAt: at(0),
    receivedAt: at(500),
    outcome: "removed",
    goneAt: at(2_000),
    verifiedBy: { method: "GET", status: 404, requestId: "req-404" },
    msToGone: 1_500,
    late: false,
    attempts: [{ attempt: 0, outcome: "removed", calls: [{ status: 200 }, { status: 404 }] }],
    words: [],
  });
});

test("tells who held and released it, in the order in which it happened, and that it was late for that", () => {
  const lines = [
    removedLine({ attempt: 1, finishedAt: at(900_000), calls: [] }),
    removedLine({
      outcome: "released",
      reason: "deletion_budget",
      by: "cy",
      note: "HR said so",
      finishedAt: at(800_000),
    }),
    removedLine({ outcome: "held", reason: "deletion_budget", finishedAt: at(1_000), calls: [] }),
  ];
  expect(toEvidence("hash", lines, goalMs, soon)).toMatchObject({
    outcome: "removed",
    goneAt: at(900_000),
    late: true,
    lateReason: "held (deletion_budget)",
    attempts: [{ outcome: "held" }, { outcome: "removed" }],
    words: [{ outcome: "released", by: "cy", note: "HR said so", at: at(800_000) }],
  });
});

test("says how often a late one was put back, and when nobody knows why", () => {
  const late = { finishedAt: at(400_000), calls: [] };
  expect(toEvidence("hash", [removedLine({ ...late, retries: 7 })], goalMs, soon)?.lateReason).toBe(
    "put back on the queue 7 times",
  );
  expect(toEvidence("hash", [removedLine(late)], goalMs, soon)?.lateReason).toBe("waited on the queue");
  const observed = removedLine({ outcome: "would_delete", mode: "observe", calls: [] });
  const acted = removedLine({ ...late, attempt: 1 });
  expect(toEvidence("hash", [observed, acted], goalMs, soon)?.lateReason).toBe("merely observed at first");
});

test("takes a later duplicate for none, and the last end where nobody was removed", () => {
  const held = removedLine({ outcome: "held", reason: "last_admin", calls: [] });
  const duplicate = removedLine({ outcome: "duplicate", finishedAt: at(9_000) });
  expect(toEvidence("hash", [held, duplicate], goalMs, soon)).toMatchObject({
    outcome: "held",
    reason: "last_admin",
    late: false,
  });
  expect(toEvidence("hash", [held, duplicate], goalMs, soon)).not.toHaveProperty("goneAt");
  expect(toEvidence("hash", [duplicate], goalMs, soon)).toBeUndefined();
});

test("who is still waited for beyond the goal is late, and who was dismissed is not", () => {
  const held = removedLine({ outcome: "held", reason: "deletion_budget", calls: [], finishedAt: at(1_000) });
  const released = removedLine({ outcome: "released", by: "cy", finishedAt: at(2_000) });
  const dismissed = removedLine({ outcome: "dismissed", by: "cy", finishedAt: at(2_000) });
  const later = noon + 400_000;
  for (const lines of [[held], [held, released]]) {
    const entry = toEvidence("hash", lines, goalMs, later);
    expect(entry).toMatchObject({ late: true, lateReason: "held (deletion_budget)" });
    expect(entry).not.toHaveProperty("msToGone");
  }
  expect(toEvidence("hash", [held], goalMs, soon)?.late).toBe(false);
  expect(toEvidence("hash", [held, dismissed], goalMs, later)?.late).toBe(false);
});

test("what is about leaving", () => {
  expect(isAboutLeaving(removedLine({ kind: "changed" }))).toBe(true);
  expect(isAboutLeaving(removedLine({ kind: "joiner", action: "create", outcome: "invited" }))).toBe(false);
});
