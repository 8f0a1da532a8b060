import * as z from "zod/mini";
import type { Connection } from "../ops/connection.ts";
import { type Activity, ActivityTally } from "./activity.ts";
import type { KnownPeople } from "./known-people.ts";

/**
 * So long a pause for each item that was read: a thousand items a second, however large the ledger is, which is some three
 * cents an hour on AWS, while somebody looks.
 */
const pausePerItemMs = 1;
const shortestPauseMs = 1_000;
/** A larger ledger is not waited for; what was read last is shown meanwhile. */
const largestAwaited = 10_000;

const withAddress = z.union([
  z.pipe(
    z.object({ sk: z.literal("POINTER"), email: z.string() }),
    z.transform(({ email }) => email),
  ),
  z.pipe(
    z.object({ event: z.object({ person: z.object({ email: z.string() }) }) }),
    z.transform(({ event }) => event.person.email),
  ),
]);

/** Reads what happened to everybody out of the ledger, which has no index by time: now and then, and only when asked. */
export class ActivityReader {
  readonly #connection: () => Promise<Connection>;
  readonly #people: KnownPeople;
  #last: Activity | undefined;
  #reading: Promise<Activity> | undefined;

  constructor(connection: () => Promise<Connection>, people: KnownPeople) {
    this.#connection = connection;
    this.#people = people;
  }

  /**
   * What is known by now: read anew, unless that was done just before.
   * @throws RetryLater
   */
  async current(): Promise<Activity> {
    const last = this.#last;
    if (last === undefined) return this.#refresh();
    if (Date.now() - last.at < Math.max(shortestPauseMs, pausePerItemMs * last.items)) return last;
    const next = this.#refresh();
    if (last.items <= largestAwaited) return next;
    next.catch(() => {});
    return last;
  }

  #refresh(): Promise<Activity> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<Activity> {
    const { table, identity } = await this.#connection();
    const now = Date.now();
    const tally = new ActivityTally(now);
    for await (const items of table.scan()) {
      for (const item of items) {
        tally.add(item);
        const { data: email } = withAddress.safeParse(item);
        if (email !== undefined) this.#people.remember(identity.person(email), email);
      }
    }
    this.#last = tally.result();
    return this.#last;
  }
}
