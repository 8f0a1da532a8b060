import { history, isWord, type TrailEntry } from "../lib/ledger/trail.ts";
import type { Connection } from "./connection.ts";

const askEveryMs = 200;

/**
 * Waits until an event has ended, by looking into the person's history.
 * @returns its first end, `undefined` when it has none in time: then it is still on the queue
 * @throws RetryLater
 */
export async function awaitOutcome(
  { table, identity }: Pick<Connection, "table" | "identity">,
  email: string,
  eventId: string,
  timeoutMs: number,
): Promise<TrailEntry | undefined> {
  const end = Date.now() + timeoutMs;
  const person = identity.person(email);
  for (;;) {
    const ended = (await history(table, person)).find((entry) => entry.event === eventId && !isWord(entry));
    if (ended !== undefined || Date.now() >= end) return ended;
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
  }
}
