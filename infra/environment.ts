import type { Duration } from "aws-cdk-lib";
import type * as z from "zod/mini";
import type { environmentSchema } from "../lib/config.ts";
import type { Resources } from "./permissions.ts";
import type { Settings } from "./settings.ts";

/** What the authorities' file is called in a function's bundle. */
export const caFileName = "arize-ca.pem";

/** The functions' variables, by the schema with which they read them. The same for all: they hold names, no secrets. */
export function environmentOf(
  { leavers, changes, ledger, secrets }: Resources,
  settings: Settings,
  { metricNamespace, lease }: { metricNamespace: string; lease: Duration },
): Record<string, string> {
  const environment: z.input<typeof environmentSchema> = {
    ARIZE_BASE_URL: settings.arizeBaseUrl,
    ARIZE_ENUM_CASE: settings.arizeEnumCase,
    ARIZE_CA_FILE: settings.arizeCaFile === undefined ? undefined : `/var/task/${caFileName}`,
    ARIZE_SECRET_ID: secrets.arize,
    IDENTITY_SECRET_ID: secrets.identity,
    SOURCE_SECRET_IDS: JSON.stringify(secrets.sources),
    SOURCE_API_SECRET_IDS: JSON.stringify(secrets.apis),
    LEAVERS_QUEUE_URL: leavers.queue.queueUrl,
    CHANGES_QUEUE_URL: changes.queue.queueUrl,
    LEAVERS_DLQ_URL: leavers.deadLetters.queueUrl,
    CHANGES_DLQ_URL: changes.deadLetters.queueUrl,
    LEDGER_TABLE_NAME: ledger.tableName,
    LEASE_MS: String(lease.toMilliseconds()),
    METRIC_NAMESPACE: metricNamespace,
  };
  return Object.fromEntries(Object.entries(environment).filter((entry) => entry[1] !== undefined));
}
