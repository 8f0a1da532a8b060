import { isWaiting, type Listed, readShelf, type Shelved } from "../lib/ledger/shelf.ts";
import type { Lane } from "../lib/queue.ts";
import type { Target } from "../ops/connection.ts";
import { describeFailure } from "../ops/failure.ts";
import { countLanes, type LaneCounts } from "../ops/queues.ts";
import { readWatched, type Watched } from "../ops/watch.ts";
import { LaneAge } from "./lane-age.ts";

/** What the stack looks like at a moment. */
export interface Reading {
  at: number;
  lanes: LaneCounts[];
  /** Those that wait for an operator, oldest first. */
  held: Shelved[];
  parked: Shelved[];
  /** How many beside these cannot be read: another version wrote them. */
  unreadable: number;
  watched: Watched | undefined;
}

/** How old the oldest message of each lane was, in milliseconds. */
export interface AgeSample extends Record<Lane, number> {
  at: number;
}

const watchedEveryMs = 60_000;
/** Two hours, when nobody watches; older ones are dropped. */
const keptSamples = 1_440;
/** Shelves are read whole: two thousand held leavers shall not be read every second. */
const pausePerShelvedMs = 5;

export interface MonitorOptions {
  /** How often to look while somebody watches, and while nobody does. */
  liveEveryMs?: number;
  idleEveryMs?: number;
}

/** Looks at the queues and shelves again and again, keeps what became of the queues' ages, and tells whoever watches of changes. */
export class Monitor {
  readonly startedAt = Date.now();
  readonly #target: Target;
  readonly #options: Required<MonitorOptions>;
  readonly #listeners = new Set<() => void>();
  readonly #ages = { leavers: new LaneAge(this.startedAt), changes: new LaneAge(this.startedAt) };
  readonly #samples: AgeSample[] = [];
  #reading: Reading | undefined;
  #problem: string | undefined;
  #watchedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #isClosed = false;

  constructor(target: Target, { liveEveryMs = 1_000, idleEveryMs = 5_000 }: MonitorOptions = {}) {
    this.#target = target;
    this.#options = { liveEveryMs, idleEveryMs };
  }

  /** Why the last look failed, if it did. */
  get problem(): string | undefined {
    return this.#problem;
  }

  get samples(): readonly AgeSample[] {
    return this.#samples;
  }

  /** What was seen last; looks now when nothing was seen yet. `undefined` when the stack does not answer. */
  async reading(): Promise<Reading | undefined> {
    if (this.#reading === undefined) await this.look();
    return this.#reading;
  }

  /** Tells of each change from now on. @returns what ends it */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#plan(0);
    return () => this.#listeners.delete(listener);
  }

  /** Says that something changed which is not to be seen in queues and shelves. */
  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  start(): void {
    this.#plan(0);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#looking;
  }

  /** Looks now. Never fails: see `problem`. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  #plan(afterMs: number): void {
    clearTimeout(this.#timer);
    if (this.#isClosed) return;
    this.#timer = setTimeout(async () => {
      await this.look();
      const { held = [], parked = [] } = this.#reading ?? {};
      const { liveEveryMs, idleEveryMs } = this.#options;
      const everyMs = this.#listeners.size > 0 ? liveEveryMs : idleEveryMs;
      this.#plan(Math.max(everyMs, pausePerShelvedMs * (held.length + parked.length)));
    }, afterMs);
  }

  async #look(): Promise<void> {
    const before = this.#signature();
    try {
      this.#reading = await this.#read();
      this.#problem = undefined;
      this.#sample(this.#reading);
    } catch (error) {
      this.#problem = describeFailure(error);
    }
    if (this.#signature() !== before) this.changed();
  }

  async #read(): Promise<Reading> {
    const at = Date.now();
    const isDue = at - this.#watchedAt >= watchedEveryMs;
    if (isDue) this.#watchedAt = at;
    const [lanes, held, parked, watched] = await Promise.all([
      countLanes(this.#target),
      waitingOn(this.#target, "HELD"),
      waitingOn(this.#target, "PARKED"),
      isDue ? readWatched(this.#target) : this.#reading?.watched,
    ]);
    const unreadable = held.unreadable.length + parked.unreadable.length;
    return { at, lanes, held: held.items, parked: parked.items, unreadable, watched };
  }

  #sample({ at, lanes, watched }: Reading): void {
    const ageOf = (lane: Lane, told: number | undefined) => {
      const counts = lanes.find((one) => one.lane === lane);
      const bound = this.#ages[lane].look((counts?.queued ?? 0) + (counts?.working ?? 0), at);
      return told === undefined ? bound : told * 1000;
    };
    this.#samples.push({
      at,
      leavers: ageOf("leavers", watched?.oldestLeaverSeconds),
      changes: ageOf("changes", watched?.oldestChangeSeconds),
    });
    if (this.#samples.length > keptSamples) this.#samples.shift();
  }

  #signature(): string {
    const { lanes, held, parked } = this.#reading ?? {};
    const ids = [...(held ?? []), ...(parked ?? [])].map(({ event }) => `${event.id} ${event.attempt}`);
    return JSON.stringify([this.#problem, lanes, ids]);
  }
}

async function waitingOn({ table }: Target, shelf: "HELD" | "PARKED"): Promise<Listed<Shelved>> {
  const { items, unreadable } = await readShelf(table, shelf);
  const now = Date.now();
  return { items: items.filter((one) => isWaiting(one, now)), unreadable };
}
