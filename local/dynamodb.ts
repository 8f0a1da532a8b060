import {
  CreateTableCommand,
  DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { ledgerTable, region, urlOf } from "./environment.ts";
import { closeServer, listenOn } from "./listen.ts";

export interface LocalDynamoDB {
  port: number;
  close(): Promise<void>;
}

/**
 * Starts the DynamoDB emulator and makes sure that the ledger's table is there.
 * @param options.path where it keeps its data; in memory without. Nobody else may have it open: dynalite breaks then
 * @throws PortTaken
 */
export async function startDynamoDB(options: { port: number; path?: string | undefined }): Promise<LocalDynamoDB> {
  const { path } = options;
  const server = dynalite({ createTableMs: 0, ...(path === undefined ? {} : { path }) });
  // dynalite throws when a client goes away in the middle of a request, and a killed worker does just that.
  server.on("request", (request) => request.removeAllListeners("error").on("error", () => {}));
  const port = await listenOn(server, options.port);
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const client = new DynamoDBClient({ region, endpoint: urlOf(port), credentials, maxAttempts: 1 });
  await createLedger(client, ledgerTable).finally(() => client.destroy());
  return { port, close: () => closeServer(server) };
}

/** Makes a table for a ledger as the deployed stack declares it, unless there is one of that name; it can be used then. */
export async function createLedger(client: DynamoDBClient, TableName: string): Promise<void> {
  try {
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [
          { AttributeName: "pk", AttributeType: "S" },
          { AttributeName: "sk", AttributeType: "S" },
        ],
        KeySchema: [
          { AttributeName: "pk", KeyType: "HASH" },
          { AttributeName: "sk", KeyType: "RANGE" },
        ],
      }),
    );
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  // CreateTable answers before the table is active, and nothing can be written until then.
  await waitUntilTableExists({ client, maxWaitTime: 30, minDelay: 0.01, maxDelay: 1 }, { TableName });
}
