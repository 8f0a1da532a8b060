import { Refused, RetryLater } from "../../errors.ts";
import { ApiException, InvalidArgument } from "../../http/errors.ts";
import type { CallOptions } from "../../http/transport.ts";
import type { Directory, DirectoryPage, SourcePerson } from "../../sources/directory.ts";
import { type Metrics, metricNames } from "../../telemetry.ts";
import type { Word } from "../event.ts";
import { Breaker } from "./breaker.ts";
import { judge } from "./calls.ts";
import { reserveMs, type Turn } from "./pace.ts";

/** The answer of a source; `person` is left out with `gone`. */
export interface Reading {
  said: Word;
  person: SourcePerson | undefined;
}

export interface SourceReaderOptions {
  metrics: Metrics;
  /** Called when a source does not accept its credential: it may just have been rotated. */
  distrust: (source: string) => void;
}

type Ask<Result> = (directory: Directory, options: CallOptions) => Promise<Result>;

/** For one question, which may take several requests. */
const longestMs = 10_000;
/** What is not worth starting. */
const leastMs = 500;

/** Reads people from the sources' own APIs: within an event's time, with failures told as Refused or RetryLater. */
export class SourceReader {
  readonly #directories: ReadonlyMap<string, Directory>;
  readonly #breakers = new Map<string, Breaker>();
  readonly #options: SourceReaderOptions;

  constructor(directories: ReadonlyMap<string, Directory>, options: SourceReaderOptions) {
    this.#directories = directories;
    this.#options = options;
    // Each failure is counted already, and the alarm about an open breaker speaks of Arize.
    for (const source of directories.keys()) this.#breakers.set(source, new Breaker({ judge, onOpen: () => {} }));
  }

  canRead(source: string): boolean {
    return this.#directories.has(source);
  }

  /** The sources that can be read. */
  readable(): string[] {
    return [...this.#directories.keys()];
  }

  /** The sources that can list everybody. */
  listable(): string[] {
    return [...this.#directories].filter(([, { list }]) => list !== undefined).map(([source]) => source);
  }

  /**
   * Reads one person.
   * @throws RetryLater `source_unavailable` when the source does not answer, and what reading the credential throws
   * @throws Refused `source_refused`, `invalid_argument` when it will never answer this
   */
  async lookup(source: string, externalId: string, turn: Turn): Promise<Reading> {
    const person = await this.#ask(source, turn, (directory, options) => directory.lookup(externalId, options));
    return { said: person?.access ?? "gone", person };
  }

  /** A part of a source's listing. @throws as `lookup` */
  async list(source: string, cursor: string | undefined, turn: Turn): Promise<DirectoryPage> {
    const nothing: DirectoryPage = { people: [], next: undefined };
    return this.#ask(source, turn, async (directory, options) => (await directory.list?.(cursor, options)) ?? nothing);
  }

  /** The sources whose notifications end unless they are renewed. */
  subscribing(): string[] {
    return [...this.#directories].filter(([, { subscribe }]) => subscribe !== undefined).map(([source]) => source);
  }

  /** Has a source go on sending its notifications. @throws as `lookup` */
  async subscribe(source: string, turn: Turn): Promise<string> {
    return this.#ask(source, turn, async (directory, options) => (await directory.subscribe?.(options)) ?? "none");
  }

  async #ask<Result>(source: string, { remainingMs }: Turn, ask: Ask<Result>): Promise<Result> {
    const [directory, breaker] = [this.#directories.get(source), this.#breakers.get(source)];
    if (directory === undefined || breaker === undefined) throw new Error(`${source} is not read`);
    const timeoutMs = Math.min(longestMs, remainingMs() - reserveMs);
    if (timeoutMs < leastMs) throw new RetryLater("out_of_time");
    try {
      return await breaker.run(() => ask(directory, { timeoutMs, signal: AbortSignal.timeout(timeoutMs) }));
    } catch (error) {
      throw this.#translate(source, error);
    }
  }

  #translate(source: string, error: unknown): unknown {
    if (error instanceof RetryLater && error.reason === "breaker_open") {
      return new RetryLater("source_unavailable", { message: `${source} does not answer`, cause: error });
    }
    if (error instanceof InvalidArgument && error.field === "externalId") {
      return new Refused("invalid_argument", error.message, { cause: error });
    }
    if (!(error instanceof ApiException)) return error;
    const { metrics, distrust } = this.#options;
    metrics.add(metricNames.sourceFailed);
    if (error.kind === "authentication") distrust(source);
    const message = `${source} answered ${error.message}`;
    if (error.kind === "invalid") return new Refused("source_refused", message, { cause: error });
    return new RetryLater("source_unavailable", { message, cause: error, afterMs: error.retryAfterMs });
  }
}
