import { expect, it } from "vitest";
import { removalChart, removalTimes } from "../../../console/charts/removal-chart.ts";

const now = Date.parse("2026-11-24T12:00:00Z");
const hourMs = 3_600_000;

it("has the percentiles of each hour that saw a removal, oldest first, and of the whole day", () => {
  const removals = [
    ...Array.from({ length: 100 }, (_, index) => ({ at: now - 1_000, ms: (index + 1) * 10 })),
    { at: now - 5.5 * hourMs, ms: 400_000 },
    { at: now - 25 * hourMs, ms: 9 },
  ];
  const { all, parts } = removalTimes(removals, now, "day");
  expect(parts).toEqual([
    { from: now - 6 * hourMs, count: 1, p50: 400_000, p99: 400_000 },
    { from: now - hourMs, count: 100, p50: 500, p99: 990 },
  ]);
  expect(all).toEqual({ count: 101, p50: 510, p99: 1_000 });
  expect(removalTimes(removals, now, "month").all.count).toBe(102);
});

it("says in words what it draws, against the goal", () => {
  const chart = String(removalChart([{ at: now - 1_000, ms: 1_200 }], now, "day"));
  expect(chart).toContain("half within 1.2 s, 99 of 100 within 1.2 s, 1 removals; the goal is 5 min.");
  expect(chart).toContain('class="rung goal"');
});

it("says so when nobody was removed", () => {
  expect(String(removalChart([], now, "month"))).toContain("Nobody was removed in the last 30 days.");
});
