import type { EvidenceEntry } from "./entry.ts";

/** What a period's leavers come to; times in milliseconds from receiving an event to the 404. */
export interface EvidenceSummary {
  leavers: number;
  removed: number;
  p50Ms: number | null;
  p99Ms: number | null;
  /** Removed later than the goal, or waiting for longer. */
  late: number;
  byOutcome: Record<string, number>;
}

/** Pure. */
export function summarize(entries: readonly EvidenceEntry[]): EvidenceSummary {
  const times = entries.flatMap(({ msToGone }) => msToGone ?? []).toSorted((a, b) => a - b);
  const byOutcome: Record<string, number> = {};
  for (const { outcome } of entries) byOutcome[outcome] = (byOutcome[outcome] ?? 0) + 1;
  return {
    leavers: entries.length,
    removed: times.length,
    p50Ms: percentile(times, 0.5),
    p99Ms: percentile(times, 0.99),
    late: entries.filter(({ late }) => late).length,
    byOutcome,
  };
}

/** The nearest-rank percentile of sorted values, `null` of none. */
export function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}
