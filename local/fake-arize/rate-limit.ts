import { Problem } from "./answers.ts";
import type { Settings } from "./world.ts";

/** Counts requests in fixed windows of real time, whatever the fake's clock says. */
export class RateLimit {
  #windowStart = 0;
  #used = 0;

  /** @throws Problem 429 with the seconds until the next window */
  check(limit: Settings["rateLimit"]): void {
    if (limit === null) return;
    const now = performance.now();
    if (now - this.#windowStart >= limit.windowMs) {
      this.#windowStart = now;
      this.#used = 0;
    }
    this.#used += 1;
    if (this.#used <= limit.requests) return;
    const seconds = Math.ceil((this.#windowStart + limit.windowMs - now) / 1000);
    throw new Problem(429, "too many requests", { "retry-after": String(seconds) });
  }
}
