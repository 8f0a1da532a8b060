import { draw, pickWeighted } from "./draw.ts";
import type { Step } from "./steps.ts";

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
  | "limit the rate"
  | "throttle"
  | "fail one entry"
  | "kill before the effect"
  | "kill after the effect";

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
  readonly #killsPerThousand: number;
  readonly #taken = new Map<string, number>();

  constructor({ seed, events }: ChaosOptions) {
    this.#seed = seed;
    // About a hundred in a run of a hundred thousand and a dozen in one of five: each costs a cold start.
    this.#killsPerThousand = Math.max(1.2 * Math.min(1, 5_000 / events), 0.12);
  }

  /** @param mayKill whether this worker is one that dies */
  draw(step: Step, mayKill: boolean): Fault | undefined {
    const key = `${step.service} ${step.name} ${step.subject}`;
    const attempt = this.#taken.get(key) ?? 0;
    this.#taken.set(key, attempt + 1);
    const isNight = mayKill && draw(this.#seed, "kill", key, attempt) * 1000 < this.#killsPerThousand;
    if (isNight)
      return draw(this.#seed, "when", key, attempt) < 0.5 ? "kill before the effect" : "kill after the effect";
    const table = tables[`${step.service} ${step.isWrite ? "write" : "read"}`] ?? {};
    const per = Object.values(table).reduce((sum, weight) => sum + weight, 0) / 1000;
    if (draw(this.#seed, "fault", key, attempt) >= per) return undefined;
    return pickWeighted(table, draw(this.#seed, "which", key, attempt));
  }
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
