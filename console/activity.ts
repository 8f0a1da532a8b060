import { isWord, readTrailItem, type TrailEntry } from "../lib/ledger/trail.ts";

/** What everybody's histories come to. */
export interface Activity {
  /** When it was read, epoch milliseconds, and from how many items of the ledger. */
  at: number;
  items: number;
  /** Of the last day, by source: what came, and what of it came to an end that waits for nobody. */
  bySource: Map<string, SourceCounts>;
  /** The newest ends and words, newest first. */
  recent: { person: string; entry: TrailEntry }[];
  /** Everybody removed in the last thirty days: when, and how long it took from receiving the event. */
  removals: Removal[];
}

export interface SourceCounts {
  received: number;
  done: number;
  /** When its newest event came, ISO 8601. */
  newest: string;
}

export interface Removal {
  /** Epoch milliseconds. */
  at: number;
  ms: number;
}

export const dayMs = 86_400_000;
export const monthMs = 30 * dayMs;
const recentKept = 40;

/** Adds up items of the ledger, in whatever order they come. */
export class ActivityTally {
  readonly #now: number;
  readonly #lastOf = new Map<string, TrailEntry>();
  readonly #removals: Removal[] = [];
  #recent: Activity["recent"] = [];
  #items = 0;

  constructor(now: number) {
    this.#now = now;
  }

  add(item: Record<string, unknown>): void {
    this.#items++;
    const found = readTrailItem(item);
    if (found === undefined || found.entry.outcome === "duplicate") return;
    const { entry } = found;
    this.#recent.push(found);
    if (this.#recent.length > 4 * recentKept) this.#recent = newest(this.#recent);
    const at = Date.parse(entry.finishedAt);
    if (entry.outcome === "removed" && at > this.#now - monthMs) this.#removals.push({ at, ms: entry.ms });
    if (Date.parse(entry.receivedAt) <= this.#now - dayMs) return;
    const last = this.#lastOf.get(entry.event);
    if (last === undefined || last.finishedAt < entry.finishedAt) this.#lastOf.set(entry.event, entry);
  }

  result(): Activity {
    const bySource = new Map<string, SourceCounts>();
    for (const entry of this.#lastOf.values()) {
      const counts = bySource.get(entry.source) ?? { received: 0, done: 0, newest: entry.receivedAt };
      counts.received++;
      if (isDone(entry)) counts.done++;
      if (entry.receivedAt > counts.newest) counts.newest = entry.receivedAt;
      bySource.set(entry.source, counts);
    }
    return { at: this.#now, items: this.#items, bySource, recent: newest(this.#recent), removals: this.#removals };
  }
}

function isDone(entry: TrailEntry): boolean {
  return entry.outcome === "dismissed" || (!isWord(entry) && !["held", "parked", "scheduled"].includes(entry.outcome));
}

function newest(entries: Activity["recent"]): Activity["recent"] {
  return entries.toSorted((a, b) => b.entry.finishedAt.localeCompare(a.entry.finishedAt)).slice(0, recentKept);
}
