import type { UsersClient } from "../../arize/users-client.ts";
import { ApiException, type FailureKind } from "../../http/errors.ts";
import type { Answered, CallOptions } from "../../http/transport.ts";
import type { Secrets } from "../../secrets.ts";
import { type Metrics, metricNames } from "../../telemetry.ts";
import { translate } from "./arize-errors.ts";
import type { Breaker } from "./breaker.ts";
import { type Pace, reserveMs, type Turn } from "./pace.ts";

/** What every call to Arize goes through. */
export interface Arize {
  client: UsersClient;
  pace: Pace;
  breaker: Breaker;
  secrets: Secrets;
  /** The id of the API key's secret. */
  secretId: string;
  metrics: Metrics;
}

const longestCallMs = 10_000;
/** How many answers are remembered: enough for an event, not for every page of a listing. */
const mostAnswers = 20;

type Call<Result> = (client: UsersClient, options: CallOptions) => Promise<Result>;

/** Calls to Arize on behalf of one event: in its turn, within its time, with failures told as Refused or RetryLater. */
export class Calls {
  readonly #arize: Arize;
  readonly #turn: Turn;
  readonly #answered: Answered[] = [];

  constructor(arize: Arize, turn: Turn) {
    this.#arize = arize;
    this.#turn = turn;
  }

  /** What Arize answered last, oldest first: goes into the person's history. */
  get answered(): readonly Answered[] {
    return this.#answered;
  }

  /** Waits until calls may start. @throws RetryLater `arize_rate_limited`, `breaker_open` */
  async ready(): Promise<void> {
    this.#arize.breaker.check();
    await this.#arize.pace.ready(this.#turn);
  }

  /** A call that changes nothing. @throws Refused, RetryLater */
  async read<Result>(call: Call<Result>): Promise<Result> {
    return this.#run("read", call);
  }

  /** A call that changes something: a failure of it may be ambiguous. @throws Refused, RetryLater */
  async write<Result>(call: Call<Result>): Promise<Result> {
    return this.#run("write", call);
  }

  async #run<Result>(type: "read" | "write", call: Call<Result>): Promise<Result> {
    const { client, pace, breaker } = this.#arize;
    const onAnswer = (answered: Answered) => {
      this.#answered.push(answered);
      if (this.#answered.length > mostAnswers) this.#answered.shift();
    };
    try {
      return await pace.run(this.#turn, () => {
        const timeoutMs = Math.min(longestCallMs, Math.max(1, this.#turn.remainingMs() - reserveMs));
        return breaker.run(() => this.#counted(call(client, { timeoutMs, onAnswer })));
      });
    } catch (error) {
      throw translate(error, type);
    }
  }

  async #counted<Result>(answer: Promise<Result>): Promise<Result> {
    try {
      return await answer;
    } catch (error) {
      if (error instanceof ApiException) this.#count(error);
      throw error;
    }
  }

  #count({ kind }: ApiException): void {
    const { metrics, secrets, secretId } = this.#arize;
    // The key may just have been rotated: it is read again before the next attempt, at most once a minute.
    if (kind === "authentication") secrets.distrust(secretId);
    if (kind === "authentication" || kind === "permission") metrics.add(metricNames.arizeDenied);
    if (kind === "rate_limited") metrics.add(metricNames.arizeRateLimited);
    if (isDownKind(kind)) metrics.add(metricNames.arizeFailed);
  }
}

/** What a failed call says about Arize, and the way to it. */
export function judge(error: unknown): "up" | "down" | "unknown" {
  if (!(error instanceof ApiException)) return "unknown";
  return isDownKind(error.kind) ? "down" : "up";
}

function isDownKind(kind: FailureKind): boolean {
  return kind === "server" || kind === "network" || kind === "timeout";
}
