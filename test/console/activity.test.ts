import { expect, it } from "vitest";
import { ActivityTally } from "../../console/activity.ts";
import type { TrailEntry } from "../../lib/ledger/trail.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const hourMs = 3_600_000;

function item(event: string, hoursAgo: number, more: Partial<TrailEntry> = {}): Record<string, unknown> {
  const at = new Date(now - hoursAgo * hourMs).toISOString();
  const entry: TrailEntry = {
    event,
    source: "okta",
    kind: "joiner",
    attempt: 0,
    occurredAt: at,
    receivedAt: at,
    finishedAt: at,
    outcome: "invited",
    ms: 900,
    ...more,
  };
  return { pk: "PERSON#ada", sk: `EVENT#${at}#${event}#0#first`, ...entry };
}

function activityOf(...items: Record<string, unknown>[]) {
  const tally = new ActivityTally(now);
  for (const one of items) tally.add(one);
  return tally.result();
}

it("counts by source what came in the last day, and what of it is over", () => {
  const { bySource, items } = activityOf(
    item("okta:1", 1),
    item("okta:2", 2, { outcome: "held" }),
    item("okta:3", 3, { outcome: "held" }),
    item("okta:3", 2.5, { outcome: "dismissed" }),
    item("okta:4", 30),
    item("workos:1", 0.5, { source: "workos", outcome: "asked" }),
    item("workos:2", 5, { source: "workos", outcome: "parked" }),
    { pk: "PERSON#ada", sk: "STATE" },
  );
  expect(Object.fromEntries(bySource)).toMatchObject({
    okta: { received: 3, done: 2, newest: "2026-11-24T11:00:00.000Z" },
    workos: { received: 2, done: 0 },
  });
  expect(items).toBe(8);
});

it("goes by an event's newest line, in whatever order they are read", () => {
  const held = item("okta:1", 3, { outcome: "held" });
  const gone = item("okta:1", 1, { outcome: "removed", kind: "leaver", attempt: 1 });
  for (const items of [
    [held, gone],
    [gone, held],
  ])
    expect(activityOf(...items).bySource.get("okta")?.done).toBe(1);
});

it("lists the newest first, leaves duplicates out, and does not grow without end", () => {
  const many = Array.from({ length: 500 }, (_, index) => item(`okta:${index}`, 0.01 * (index + 1)));
  const { recent } = activityOf(...many.toReversed(), item("okta:0", 0, { outcome: "duplicate" }));
  expect(recent).toHaveLength(40);
  expect(recent[0]).toMatchObject({ person: "ada", entry: { event: "okta:0", outcome: "invited" } });
});

it("keeps a month of removals", () => {
  const { removals } = activityOf(
    item("okta:1", 24 * 29, { outcome: "removed", ms: 700 }),
    item("okta:2", 24 * 31, { outcome: "removed" }),
    item("okta:3", 1),
  );
  expect(removals).toEqual([{ at: now - 24 * 29 * hourMs, ms: 700 }]);
});
