import { RetryLater } from "../../errors.ts";
import { ApiException } from "../../http/errors.ts";

export type Priority = "leaver" | "other";

/** One event's share of the function's time. */
export interface Turn {
  priority: Priority;
  /** Milliseconds until the function is ended. */
  remainingMs: () => number;
}

interface Waiting extends Turn {
  start: () => void;
  giveUp: NodeJS.Timeout;
}

/** How many calls must go through one by one after a 429 before they may run side by side again. */
const cautiousCalls = 10;
/** What a call needs to be worth starting. */
const leastCallMs = 1_000;
/** For how long at least, whatever the service says: some say 0. */
const shortestCloseMs = 1_000;
/** For how long at most one answer closes this process's way to Arize: some services say "tomorrow" by mistake. */
const longestCloseMs = 60_000;
/** What is left of the function's time for writing down an outcome. */
export const reserveMs = 2_000;

/**
 * Shares Arize's request rate among the people of this process. While nothing is limited, every call starts at once.
 * After a 429 everybody waits for as long as it says; then calls go one at a time, leavers first, until enough went well.
 * Without this, reads of people who wait eat the rate, and no leaver gets through.
 */
export class Pace {
  readonly #now: () => number;
  readonly #waiting: Waiting[] = [];
  #closedUntil = 0;
  #cautious = 0;
  #running = 0;
  #opening: NodeJS.Timeout | undefined;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Waits until a call may start, for use before anything is claimed.
   * @throws RetryLater `arize_rate_limited` when that is later than the time that remains
   */
  async ready(turn: Turn): Promise<void> {
    await this.#wait(turn);
    this.#finish();
  }

  /**
   * Makes one call when its turn has come, again after each 429 that can be waited out in the time that remains.
   * @throws what the call throws, and RetryLater `arize_rate_limited`
   */
  async run<Result>(turn: Turn, call: () => Promise<Result>): Promise<Result> {
    for (;;) {
      await this.#wait(turn);
      try {
        const result = await call();
        this.#cautious = Math.max(0, this.#cautious - 1);
        return result;
      } catch (error) {
        if (!(error instanceof ApiException) || error.kind !== "rate_limited") throw error;
        const closeMs = Math.min(longestCloseMs, Math.max(shortestCloseMs, error.retryAfterMs ?? 0));
        this.#closedUntil = Math.max(this.#closedUntil, this.#now() + closeMs);
        this.#cautious = cautiousCalls;
      } finally {
        this.#finish();
      }
    }
  }

  #wait(turn: Turn): Promise<void> {
    const patience = turn.remainingMs() - reserveMs - leastCallMs;
    const closedMs = this.#closedUntil - this.#now();
    if (patience <= Math.max(0, closedMs)) {
      if (closedMs <= 0) return Promise.reject(new RetryLater("out_of_time"));
      return Promise.reject(new RetryLater("arize_rate_limited", { afterMs: closedMs }));
    }
    return new Promise((resolve, reject) => {
      const giveUp = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(new RetryLater("arize_rate_limited", { afterMs: Math.max(0, this.#closedUntil - this.#now()) }));
      }, patience);
      const waiting: Waiting = { ...turn, giveUp, start: resolve };
      this.#waiting.push(waiting);
      this.#admit();
    });
  }

  #admit(): void {
    // Set anew each time: one from before Lambda froze this process may be as late as the freeze was long.
    clearTimeout(this.#opening);
    const closedMs = this.#closedUntil - this.#now();
    if (closedMs > 0) {
      if (this.#waiting.length > 0) this.#opening = setTimeout(() => this.#admit(), closedMs);
      return;
    }
    while (this.#waiting.length > 0 && (this.#cautious === 0 || this.#running === 0)) {
      const leaver = this.#waiting.findIndex(({ priority }) => priority === "leaver");
      const [next] = this.#waiting.splice(Math.max(0, leaver), 1);
      if (!next) return;
      clearTimeout(next.giveUp);
      this.#running++;
      next.start();
    }
  }

  #finish(): void {
    this.#running--;
    this.#admit();
  }
}
