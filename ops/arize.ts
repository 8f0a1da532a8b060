import { Calls } from "../lib/lifecycle/calls/calls.ts";
import { Metrics } from "../lib/telemetry.ts";
import { openArize, openSecrets } from "../lib/wiring.ts";
import type { Target } from "./connection.ts";

const patienceMs = 30_000;

/**
 * Lets something read from Arize, with the stack's key and at the pace that Arize asks for. Nothing is changed there by an
 * operator's program: what shall change goes on the queue.
 * @param ms how long all of it may take, waits after a 429 included
 * @throws RetryLater, Refused
 */
export async function readingArize<Result>(
  { environment }: Pick<Target, "environment">,
  use: (calls: Calls) => Promise<Result>,
  ms: number = patienceMs,
): Promise<Result> {
  const arize = await openArize(environment, openSecrets(), new Metrics());
  const end = Date.now() + ms;
  try {
    return await use(new Calls(arize, { priority: "other", remainingMs: () => end - Date.now() }));
  } finally {
    arize.client.close();
  }
}
