import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { readEnvironment } from "../lib/config.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import type { Identity } from "../lib/lifecycle/identity.ts";
import type { EventQueue } from "../lib/queue.ts";
import { openIdentity, openQueue, openSecrets } from "../lib/wiring.ts";
import { localEnvironment, portsFrom } from "../local/environment.ts";

/** What an operator's command works with. */
export interface Connection {
  table: LedgerTable;
  queue: EventQueue;
  identity: Identity;
}

/**
 * Points this process at the stack that `npm start` runs, and connects to it.
 * @throws Error when nothing answers there
 */
export async function connectLocal(portBase: number): Promise<Connection> {
  const config = fileURLToPath(new URL("../local/lifecycle.config.ts", import.meta.url));
  Object.assign(process.env, localEnvironment({ ports: portsFrom(portBase), config }));
  const environment = readEnvironment();
  const identity = await openIdentity(environment, openSecrets()).catch((cause: unknown) => {
    throw new Error(`nothing answers at port base ${portBase}: is npm start running there?`, { cause });
  });
  const table = new LedgerTable(environment.LEDGER_TABLE_NAME, new DynamoDBClient({ maxAttempts: 2 }));
  return { table, queue: openQueue(environment, identity), identity };
}
