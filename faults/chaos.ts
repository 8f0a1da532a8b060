import { draw, pickWeighted } from "./draw.ts";
import type { Step } from "./steps.ts";

/** When the process that takes a step dies: the service has not heard of it, or has done it and nobody hears of that. */
export type Kill = "kill before the effect" | "kill after the effect";

/** What goes wrong with one request; the words are explained where they are carried out, in `proxy.ts`. */
export type Fault =
  | "refuse"
  | "refuse after the effect"
  | "cut before the effect"
  | "cut after the effect"
  | "answer too late"
  | "take effect too late"
  | "take effect slowly"
  | "slow body"
  | "half a body"
  | "page without a cursor"
  | "page that repeats"
  | "short page"
  | "limit the rate"
  | "throttle"
  | "fail one entry"
  | Kill;

type Table = Readonly<Partial<Record<Fault, number>>>;

/** How many of a thousand requests meet which fault. */
const reads: Table = {
  refuse: 2,
  "cut before the effect": 1,
  "cut after the effect": 1,
  "answer too late": 0.4,
  "slow body": 2,
  "half a body": 1,
};
const tables: Record<string, Table> = {
  "arize read": { ...reads, "page without a cursor": 1, "page that repeats": 1, "limit the rate": 0.3 },
  // There are few of these in a run. Of one that is short without a word nobody can know: only a whole list is ever so.
  "arize list": { ...reads, "page without a cursor": 20, "page that repeats": 20, "short page": 20 },
  "arize write": {
    ...reads,
    refuse: 6,
    "refuse after the effect": 5,
    "cut before the effect": 5,
    "cut after the effect": 10,
    "take effect too late": 2,
    "take effect slowly": 10,
    "limit the rate": 0.5,
  },
  "dynamodb read": { refuse: 1, throttle: 2, "cut before the effect": 1 },
  "dynamodb write": {
    refuse: 1,
    throttle: 3,
    "refuse after the effect": 2,
    "cut after the effect": 2,
    "cut before the effect": 1,
  },
  "sqs read": { refuse: 3, "cut before the effect": 1 },
  "sqs write": { refuse: 8, "refuse after the effect": 4, "cut after the effect": 4, "fail one entry": 8 },
  "sources read": { ...reads, refuse: 20, "limit the rate": 5, "half a body": 5 },
  "secrets read": { refuse: 150, "cut before the effect": 50 },
};

/** Times at which Arize as a whole is unwell: from which delivery on, and for how long in milliseconds. */
export interface Storm {
  fromDelivery: number;
  forMs: number;
  as: "limit the rate" | "refuse" | "answer too late";
}

export interface ChaosOptions {
  seed: number;
  events: number;
}

/** Decides which requests go wrong, by seed, step, subject and how often that step was taken before: a plan, not a chance. */
export class Chaos {
  readonly #seed: number;
  readonly #taken = new Map<string, number>();
  readonly #deaths = new Map<string, { count: number; next: number }>();

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** @param mortal the worker that takes the step, where it is one that dies */
  draw(step: Step, mortal: string | undefined): Fault | undefined {
    const key = `${step.service} ${step.name} ${step.subject}`;
    const attempt = this.#count(key);
    // A read changes nothing: to die beside it is to die after the write before it.
    const isBoundary = mortal !== undefined && step.isWrite;
    const kill = isBoundary ? this.#kill(`${mortal} ${step.service} ${step.name}`) : undefined;
    if (kill) return kill;
    const table = tables[`${step.service} ${kindOf(step)}`] ?? {};
    const per = Object.values(table).reduce((sum, weight) => sum + weight, 0) / 1000;
    if (draw(this.#seed, "fault", key, attempt) >= per) return undefined;
    return pickWeighted(table, draw(this.#seed, "which", key, attempt));
  }

  /**
   * Deaths go by the step and how often it was taken, whomever it is about: a rate would leave out the rare ones, such as
   * the deletions, of which everything depends. Each is died before and after within its first six, and ever more rarely then.
   */
  #kill(step: string): Kill | undefined {
    const taken = this.#count(step) + 1;
    const roll = (what: string, number: number) => draw(this.#seed, what, step, number);
    const { count, next } = this.#deaths.get(step) ?? { count: 0, next: 1 + Math.floor(3 * roll("first", 0)) };
    if (taken < next) return undefined;
    const pause = count === 0 ? 1 + Math.floor(3 * roll("second", 0)) : taken * Math.ceil(2 + 6 * roll("later", count));
    this.#deaths.set(step, { count: count + 1, next: taken + pause });
    const isFirstBefore = roll("which first", 0) < 0.5;
    return (count % 2 === 0) === isFirstBefore ? "kill before the effect" : "kill after the effect";
  }

  #count(key: string): number {
    const before = this.#taken.get(key) ?? 0;
    this.#taken.set(key, before + 1);
    return before;
  }
}

function kindOf({ isWrite, isList }: Step): string {
  if (isWrite) return "write";
  return isList ? "list" : "read";
}

/** When Arize is unwell in a run of so many deliveries. */
export function storms({ seed, events }: ChaosOptions): Storm[] {
  const kinds = ["limit the rate", "refuse", "answer too late"] as const;
  return kinds.map((as, index) => ({
    as,
    fromDelivery: Math.floor(events * (0.15 + 0.25 * index + 0.1 * draw(seed, "storm", index))),
    forMs: 20_000 + 40_000 * draw(seed, "storm length", index),
  }));
}
