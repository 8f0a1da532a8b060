/**
 * How old the oldest message of a lane can be. SQS itself tells counts only: nothing on a lane is older than the moment when
 * it was last seen empty. Pure but for what it remembers.
 */
export class LaneAge {
  #emptyAt: number;

  /** @param now when the looking began, epoch milliseconds: what was there before is older */
  constructor(now: number) {
    this.#emptyAt = now;
  }

  /** @param messages waiting or being worked @returns milliseconds */
  look(messages: number, now: number): number {
    if (messages === 0) this.#emptyAt = now;
    return now - this.#emptyAt;
  }
}
