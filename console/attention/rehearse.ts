import type { Shelf, Shelved } from "../../lib/ledger/shelf.ts";
import { Metrics } from "../../lib/telemetry.ts";
import { openRehearsal } from "../../lib/wiring.ts";
import type { Connection } from "../../ops/connection.ts";
import { meaningOf } from "../../ops/reasons.ts";
import { rehearse } from "../../ops/rehearsal.ts";

/**
 * What would come of putting an event back now, by the worker's own code over a copy of what the ledger knows; nothing is changed.
 * @throws RetryLater when Arize or the ledger cannot be read
 */
export async function rehearseShelved(
  { environment }: Pick<Connection, "environment">,
  shelf: Shelf,
  shelved: Shelved,
): Promise<string> {
  const event = { ...shelved.event, attempt: shelved.event.attempt + 1 };
  const released = shelf === "HELD" ? { ...shelved, event, status: "released" as const } : undefined;
  const workshop = await openRehearsal(environment, new Metrics());
  try {
    const { outcome, reason } = await rehearse(event, workshop, released);
    const what = outcome.replaceAll("_", " ");
    return reason === undefined ? what : `${what} (${reason}: ${meaningOf(reason)})`;
  } finally {
    workshop.arize.client.close();
  }
}
