import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll } from "vitest";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { startDynamoDB } from "../../local/dynamodb.ts";
import { ledgerTable, region, urlOf } from "../../local/environment.ts";

/** A ledger of the calling test file's own, over the real SDK and a socket; it ends with the file. */
export async function openTestLedger(): Promise<{ table: LedgerTable; client: DynamoDBClient; port: number }> {
  const database = await startDynamoDB({ port: 0 });
  const client = new DynamoDBClient({
    region,
    endpoint: urlOf(database.port),
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    requestHandler: { httpAgent: { maxSockets: 200 } },
  });
  afterAll(async () => {
    client.destroy();
    await database.close();
  });
  return { table: new LedgerTable(ledgerTable, client), client, port: database.port };
}

/** A person whom no other test has met. */
export function somebody(): string {
  return randomUUID();
}
