import { readEnvironment } from "../../lib/config.ts";
import { type Connection, connect, openTarget } from "../../ops/connection.ts";
import type { Outputs } from "../../ops/outputs.ts";

/** The outputs that a stack over the emulators of this process's environment would have. */
export function outputsHere(): Outputs {
  const environment = readEnvironment();
  return {
    LeaversQueueUrl: environment.LEAVERS_QUEUE_URL,
    ChangesQueueUrl: environment.CHANGES_QUEUE_URL,
    LeaversDeadLettersUrl: environment.LEAVERS_DLQ_URL,
    ChangesDeadLettersUrl: environment.CHANGES_DLQ_URL,
    LedgerTableName: environment.LEDGER_TABLE_NAME,
    ArizeSecretArn: environment.ARIZE_SECRET_ID,
    IdentitySecretArn: environment.IDENTITY_SECRET_ID,
    ArizeBaseUrl: environment.ARIZE_BASE_URL,
  };
}

/** An operator who knows a workbench by its outputs and endpoints alone. */
export async function operator(outputs: Outputs = {}): Promise<Connection> {
  return connect(await openTarget({ portBase: 0, outputs: { ...outputsHere(), ...outputs } }));
}
