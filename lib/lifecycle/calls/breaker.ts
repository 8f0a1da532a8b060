import { RetryLater } from "../../errors.ts";

/** How many of the last calls are looked at, and from what share of failures on nobody is sent there any more. */
const lookedAt = 20;
const tooMany = 0.6;
/** The first pause in milliseconds; it doubles with each probe that fails. */
const firstPauseMs = 5_000;
const longestPauseMs = 60_000;

type Verdict = "up" | "down" | "unknown";

export interface BreakerOptions {
  /** What a failure says about the service: a refusal is an answer; what failed before it got there says nothing. */
  judge: (error: unknown) => Verdict;
  onOpen: () => void;
  now?: () => number;
}

/**
 * Answers at once while a service is down, Arize or a source's own API, instead of letting every event wait out a timeout of its own. After a pause one
 * call is let through as a probe: if it is answered everything goes on, if not the next pause is longer.
 */
export class Breaker {
  readonly #options: Required<BreakerOptions>;
  #recent: boolean[] = [];
  #openUntil: number | undefined;
  #pauseMs = firstPauseMs;
  #probing = false;

  constructor(options: BreakerOptions) {
    this.#options = { now: Date.now, ...options };
  }

  /**
   * To be asked before something is claimed that a call will follow.
   * @throws RetryLater `breaker_open`, without a time: the event's own backoff has to grow
   */
  check(): void {
    if (this.#openUntil === undefined) return;
    if (this.#probing || this.#options.now() < this.#openUntil) throw new RetryLater("breaker_open");
  }

  /** Makes a call, if calls are let through. @throws what the call throws; RetryLater `breaker_open` */
  async run<Result>(call: () => Promise<Result>): Promise<Result> {
    this.check();
    const isProbe = this.#openUntil !== undefined;
    this.#probing ||= isProbe;
    let verdict: Verdict = "up";
    try {
      return await call();
    } catch (error) {
      verdict = this.#options.judge(error);
      throw error;
    } finally {
      if (isProbe) this.#probing = false;
      if (verdict !== "unknown") this.#learn(verdict === "up", isProbe);
    }
  }

  #learn(isUp: boolean, isProbe: boolean): void {
    if (isProbe) this.#endProbe(isUp);
    else this.#note(isUp);
  }

  #note(isUp: boolean): void {
    // Calls that were under way when it opened say nothing new.
    if (this.#openUntil !== undefined) return;
    this.#recent = [...this.#recent.slice(1 - lookedAt), isUp];
    const failed = this.#recent.filter((each) => !each).length;
    if (this.#recent.length === lookedAt && failed >= tooMany * lookedAt) this.#open();
  }

  #endProbe(isUp: boolean): void {
    this.#recent = [];
    this.#pauseMs = isUp ? firstPauseMs : Math.min(longestPauseMs, this.#pauseMs * 2);
    if (isUp) this.#openUntil = undefined;
    else this.#open();
  }

  #open(): void {
    this.#openUntil = this.#options.now() + this.#pauseMs;
    this.#options.onOpen();
  }
}
