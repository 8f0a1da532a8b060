import { syncBuiltinESMExports } from "node:module";
import { draw } from "./draw.ts";

export interface Speed {
  /** How many seconds pass in the lab while one passes outside. */
  scale: number;
  /** When both clocks showed the same, epoch milliseconds. */
  epoch: number;
  /** How far this process's clock is ahead of the lab's, in the lab's milliseconds; negative for behind. */
  skewMs: number;
}

/**
 * Makes time pass faster in this process: dates, timers, and so all that waits by them. The code under test keeps its real
 * constants (backoff, leases, visibility, timeouts) and a run of minutes covers hours. Only `performance.now()` and
 * `process.hrtime()` still tell the time outside.
 */
export function speedUp({ scale, epoch, skewMs }: Speed): void {
  const outside = Date.now;
  const now = () => Math.round(epoch + (outside() - epoch) * scale + skewMs);
  globalThis.Date = new Proxy(Date, {
    construct: (date, args, target) => Reflect.construct(date, args.length === 0 ? [now()] : args, target),
    get: (date, key) => (key === "now" ? now : Reflect.get(date, key)),
  });
  for (const name of ["setTimeout", "setInterval"] as const) {
    const real = globalThis[name];
    const fast = (callback: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) =>
      real(callback, ms / scale, ...args);
    // `util.promisify` finds its own version of a timer on the timer.
    Object.assign(globalThis, { [name]: Object.defineProperties(fast, Object.getOwnPropertyDescriptors(real)) });
  }
  const promises = process.getBuiltinModule("node:timers/promises");
  const real = promises.setTimeout;
  Object.assign(promises, { setTimeout: (ms = 0, ...rest: [unknown?, object?]) => real(ms / scale, ...rest) });
  syncBuiltinESMExports();
}

/**
 * How far a worker's clock is ahead of the lab's, milliseconds; negative for behind. The two that share the work are wrong
 * in opposite directions. Less than the two seconds that a worker keeps back for writing down an outcome: Lambda's own
 * deadline has no skew.
 */
export function skewOf(seed: string | number, worker: string): number {
  if (worker === "survivor") return -skewOf(seed, "mortal");
  const size = Math.round(1_000 + 500 * draw(seed, "skew", worker));
  return draw(seed, "ahead", worker) < 0.5 ? size : -size;
}
