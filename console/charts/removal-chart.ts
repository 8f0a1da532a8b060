import { html } from "hono/html";
import { percentile } from "../../lib/evidence/summary.ts";
import { dayMs, monthMs, type Removal } from "../activity.ts";
import type { Markup } from "../markup/markup.ts";
import { table } from "../markup/table.ts";
import { duration } from "../markup/times.ts";
import { lineChart } from "./line-chart.ts";
import { percentAlong } from "./scale.ts";

/** What people are promised: whoever takes longer counts as late in evidence, too, unless it is told another goal. */
export const goalMs = 300_000;

export type Range = "day" | "month";
export const ranges: Readonly<Record<Range, { ms: number; parts: number; label: string }>> = {
  day: { ms: dayMs, parts: 24, label: "24 hours" },
  month: { ms: monthMs, parts: 30, label: "30 days" },
};

/** Percentiles of the removals of an hour, or a day. */
export interface RemovalTimes {
  /** Where the part begins, epoch milliseconds. */
  from: number;
  count: number;
  p50: number;
  p99: number;
}

/** The percentiles of each part of a range that saw a removal, and of all of it. Pure. */
export function removalTimes(removals: readonly Removal[], now: number, range: Range) {
  const { ms, parts } = ranges[range];
  const partMs = ms / parts;
  const inside = removals.filter(({ at }) => at > now - ms && at <= now);
  const byPart = Map.groupBy(inside, ({ at }) => Math.floor((now - at) / partMs));
  const times = [...byPart].map(([part, ofPart]) => ({ from: now - (part + 1) * partMs, ...percentilesOf(ofPart) }));
  return { all: percentilesOf(inside), parts: times.toSorted((a, b) => a.from - b.from) };
}

function percentilesOf(removals: readonly Removal[]): Omit<RemovalTimes, "from"> {
  const sorted = removals.map(({ ms }) => ms).toSorted((a, b) => a - b);
  return { count: sorted.length, p50: percentile(sorted, 0.5) ?? 0, p99: percentile(sorted, 0.99) ?? 0 };
}

/** A second, ten, a minute and the goal lie as far apart as they feel. */
function height(ms: number, longest: number): number {
  return percentAlong(Math.log10(Math.max(100, ms)), 2, Math.log10(Math.max(600_000, longest)));
}

/** Time from an event's arrival to the 404, by hour or day, against the goal. */
export function removalChart(removals: readonly Removal[], now: number, range: Range): Markup {
  const { all, parts } = removalTimes(removals, now, range);
  if (all.count === 0) return html`<p class="nothing">Nobody was removed in the last ${ranges[range].label}.</p>`;
  const { ms, parts: count, label } = ranges[range];
  const longest = Math.max(...parts.map(({ p99 }) => p99));
  const x = ({ from }: RemovalTimes) => percentAlong(from + ms / count / 2, now - ms, now);
  const seriesOf = (name: "p50" | "p99", look: "first" | "second") => ({
    name: `${name} ${duration(all[name])}`,
    look,
    points: parts.map((part) => ({ x: x(part), y: height(part[name], longest), title: titleOf(part, name, range) })),
  });
  const summary = `Time to removed in the last ${label}: half within ${duration(all.p50)}, 99 of 100 within ${duration(all.p99)}, ${all.count} removals; the goal is ${duration(goalMs)}.`;
  return html`${lineChart({
    summary,
    series: [seriesOf("p50", "first"), seriesOf("p99", "second")],
    goal: `goal ${duration(goalMs)}`,
    rungs: [
      ...[1_000, 10_000, 60_000].map((rung) => ({ y: height(rung, longest), label: duration(rung) })),
      { y: height(goalMs, longest), label: duration(goalMs), goal: true },
    ],
    ticks: [`${label} ago`, "now"],
    dots: true,
  })}${asTable(parts, range)}`;
}

function titleOf(part: RemovalTimes, name: "p50" | "p99", range: Range): string {
  return `${startOf(part, range)}: ${name} ${duration(part[name])} of ${part.count}`;
}

function startOf({ from }: RemovalTimes, range: Range): string {
  const format: Intl.DateTimeFormatOptions =
    range === "day" ? { hour: "2-digit", minute: "2-digit" } : { day: "numeric", month: "short" };
  return `from ${new Intl.DateTimeFormat("en-GB", format).format(from)}`;
}

function asTable(parts: readonly RemovalTimes[], range: Range): Markup {
  const rows = parts
    .toReversed()
    .map((part) => [startOf(part, range), part.count, duration(part.p50), duration(part.p99)]);
  return html`<details><summary>As a table</summary>${table("Time to removed", ["When", "Removed", "p50", "p99"], rows, { nothing: "", narrow: "same" })}</details>`;
}
