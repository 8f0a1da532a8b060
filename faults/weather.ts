import { Chaos, type ChaosOptions, type Fault, type Storm, storms } from "./chaos.ts";
import type { Step } from "./steps.ts";

/** Where faults come from: single ones, each for itself, and storms over all of Arize. */
export class Weather {
  /** Of those whose creation is held up, whose it was already. */
  readonly heldUp = new Set<string>();
  readonly #chaos: Chaos;
  readonly #toHoldUp: ReadonlySet<string>;
  #storms: Storm[];
  #storm: (Storm & { until: number }) | undefined;

  /** @param toHoldUp the addresses of those whose first creation takes long, whatever else is going on */
  constructor(options: ChaosOptions, toHoldUp: ReadonlySet<string>) {
    this.#toHoldUp = toHoldUp;
    this.#chaos = new Chaos(options.seed);
    this.#storms = storms(options);
  }

  /** Lets the storm begin whose time has come. @param delivered how many deliveries have been made */
  move(delivered: number): void {
    const [next, ...later] = this.#storms;
    if (next === undefined || delivered < next.fromDelivery) return;
    this.#storms = later;
    this.#storm = { ...next, until: Date.now() + next.forMs };
  }

  /** @param mortal the worker that asks, where it is one that dies */
  decide(step: Step, mortal: string | undefined): Fault | undefined {
    if (step.name === "POST user" && this.#toHoldUp.has(step.subject) && !this.heldUp.has(step.subject)) {
      this.heldUp.add(step.subject);
      return "take effect slowly";
    }
    const isStormy = this.#storm !== undefined && Date.now() < this.#storm.until;
    return step.service === "arize" && isStormy ? this.#storm?.as : this.#chaos.draw(step, mortal);
  }
}
