import { expect, test } from "vitest";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { suspicionsOf } from "../../../lib/lifecycle/suspicions.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const suspicions = (event: LifecycleEvent, restoredAt?: number, isConfirmed = false) =>
  suspicionsOf(event, { restoredAt, isConfirmed });
const dayMs = 24 * 3_600_000;
const left = (overrides: Partial<LifecycleEvent>) =>
  lifecycleEvent({ kind: "leaver", receivedAt: at(0), ...overrides });
const inGroups = (...among: string[]) => ({ of: "group:a", change: "removed" as const, among });

test.each([
  ["okta", -dayMs, []],
  ["okta", -dayMs - 1, ["possible_replay"]],
  ["standard", -dayMs - 1, []],
  ["operator", -dayMs - 1, []],
  ["reconcile", -365 * dayMs, []],
  ["constructor", -dayMs - 1, []],
] as const)("a leaver from %s, %i ms old when it came", (source, ms, expected) => {
  expect(suspicions(left({ source, occurredAt: at(ms) }))).toEqual(expected);
});

test("a leaver that waited here for a day after it came is no replay", () => {
  const waiting = left({ source: "okta", occurredAt: at(-9 * dayMs), receivedAt: at(-9 * dayMs + 1000) });
  expect(suspicions(waiting)).toEqual([]);
});

test("after a restore, what was said before it is in doubt, also about a day to come", () => {
  expect(suspicions(left({ occurredAt: at(-1) }), noon)).toEqual(["ledger_restored"]);
  expect(suspicions(left({ occurredAt: at(-1), effectiveAt: at(dayMs) }), noon)).toEqual(["ledger_restored"]);
  expect(suspicions(left({ occurredAt: at(0) }), noon)).toEqual([]);
  expect(suspicions(left({ occurredAt: at(-1) }))).toEqual([]);
});

test("after a restore, nobody knows which other groups somebody is in", () => {
  const said = { occurredAt: at(1) };
  expect(suspicions(left({ ...said, membership: inGroups("group:a", "group:b") }), noon)).toEqual(["ledger_restored"]);
  expect(suspicions(left({ ...said, membership: inGroups("group:a") }), noon)).toEqual([]);
});

test("both at once are two holds", () => {
  const both = left({ source: "okta", occurredAt: at(-2 * dayMs) });
  expect(suspicions(both, noon)).toEqual(["possible_replay", "ledger_restored"]);
});

test("a source that was asked settles that it is no replay, and not what the ledger has forgotten", () => {
  const both = left({ source: "okta", occurredAt: at(-2 * dayMs) });
  expect(suspicions(both, undefined, true)).toEqual([]);
  expect(suspicions(both, noon, true)).toEqual(["ledger_restored"]);
});
