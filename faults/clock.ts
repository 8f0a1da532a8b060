import { syncBuiltinESMExports } from "node:module";

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
