import type { User } from "../lib/arize/schemas.ts";
import { pages } from "../lib/lifecycle/calls/pages.ts";
import { type LifecycleEvent, normalizeEmail } from "../lib/lifecycle/event.ts";
import { readingArize } from "./arize.ts";
import type { AtArize, PlanEntry } from "./comparison.ts";
import type { Connection, Target } from "./connection.ts";
import { operatorEvent, sendAll } from "./send.ts";

const listingMs = 30 * 60_000;

/** @throws RetryLater, Refused when the listing does not come to its end */
export async function readEverybody(target: Target, onPage: (count: number) => void): Promise<AtArize> {
  return readingArize(
    target,
    async (calls) => {
      const everybody = new Map<string, User>();
      for await (const { users } of pages(calls, {})) {
        for (const user of users) everybody.set(normalizeEmail(user.email), user);
        onPage(users.length);
      }
      return everybody;
    },
    listingMs,
  );
}

/** Which differences are to be sent: leavers who are merely missing from the roster only when that is said. */
export function isWanted({ kind, difference }: PlanEntry, { remove }: { remove: boolean }): boolean {
  return kind !== undefined && (difference !== "not_in_roster" || remove);
}

const batch = 100;

/**
 * Queues what a plan asks for; the worker and its guards do the rest.
 * @returns how many events are on the queue
 * @throws RetryLater; running it again compares anew and goes on with what is left
 */
export async function applyPlan(
  connection: Connection,
  plan: AsyncIterable<PlanEntry>,
  options: { remove: boolean; by: string; onSent: (count: number) => void },
): Promise<number> {
  let waiting: LifecycleEvent[] = [];
  let sent = 0;
  const flush = async () => {
    await sendAll(connection, waiting, options.by);
    sent += waiting.length;
    options.onSent(waiting.length);
    waiting = [];
  };
  for await (const entry of plan) {
    if (entry.kind === undefined || entry.email === undefined || !isWanted(entry, options)) continue;
    waiting.push(operatorEvent(entry.kind, entry.email, entry.said ?? {}, connection.config.commandTtlMinutes));
    if (waiting.length === batch) await flush();
  }
  await flush();
  return sent;
}
