import middy from "@middy/core";
import type { Context } from "aws-lambda";
import { loadConfig, readEnvironment } from "../lib/config.ts";
import { lazy } from "../lib/lazy.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import { type DeadLetterOffice, recordDeadLetters } from "../lib/lifecycle/dead-letters.ts";
import { log, Metrics, metricNames } from "../lib/telemetry.ts";
import { openIdentity, openQueue, openSecrets } from "../lib/wiring.ts";

const metrics = new Metrics();

const open = lazy(async (): Promise<DeadLetterOffice> => {
  const environment = readEnvironment();
  const [config, identity] = await Promise.all([
    loadConfig(environment.LIFECYCLE_CONFIG),
    openIdentity(environment, openSecrets()),
  ]);
  const table = new LedgerTable(environment.LEDGER_TABLE_NAME);
  return { config, identity, table, queue: openQueue(environment, identity) };
});

/** How many messages were listed that were not before. */
interface Answer {
  recorded: number;
}

async function recordBoth(context: Context): Promise<Answer> {
  const office = await open();
  let recorded = 0;
  for (const lane of ["leavers", "changes"] as const) {
    for (const { id, reason } of await recordDeadLetters(lane, office, () => context.getRemainingTimeInMillis())) {
      recorded++;
      metrics.add(metricNames.parked);
      log("error", "dead letter parked", { event: id, reason });
    }
  }
  return { recorded };
}

/** Lists what SQS itself moved to the dead-letter queues in the ledger, where operators look. */
export const handler = middy<unknown, Answer>()
  .use({ after: () => metrics.flush(), onError: () => metrics.flush() })
  .handler((_, context) => recordBoth(context));
