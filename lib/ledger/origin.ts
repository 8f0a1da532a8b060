import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "./table.ts";

/** In which table the ledger began, or went on after a restore: DynamoDB restores only into a table of another name. */
const originSchema = z.object({
  table: z.string(),
  /** Since when this table stands in for the one before, epoch milliseconds; taken away once an operator believes it. */
  restoredAt: z.optional(z.number()),
});
type Origin = z.infer<typeof originSchema>;

const Key = { pk: "LEDGER", sk: "ORIGIN" };

/**
 * Writes into the ledger which table it is in. Found in another one it has been restored: what it learned after the moment
 * that was restored is forgotten, and this says since when that is so. @throws RetryLater
 */
export async function noticeRestore(table: LedgerTable, now: number): Promise<void> {
  const known = await read(table);
  if (known?.table === table.name) return;
  const origin = { table: table.name, ...(known !== undefined && { restoredAt: now }) };
  await write(table, origin, known?.table);
}

/** When this ledger took up after a restore that no operator has accepted yet. @throws RetryLater */
export async function restoredAt(table: LedgerTable): Promise<number | undefined> {
  return (await read(table))?.restoredAt;
}

/** An operator has sent what the restored ledger had forgotten: it counts as complete. @throws RetryLater */
export async function acceptRestore(table: LedgerTable): Promise<void> {
  await write(table, { table: table.name }, table.name);
}

async function read(table: LedgerTable): Promise<Origin | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : originSchema.parse(Item);
}

/** @param seen the table that was named; when it is another by now, somebody was faster and wrote the same */
async function write(table: LedgerTable, origin: Origin, seen: string | undefined): Promise<void> {
  const condition =
    seen === undefined
      ? { ConditionExpression: "attribute_not_exists(pk)" }
      : {
          ConditionExpression: "#table = :seen",
          ExpressionAttributeNames: { "#table": "table" },
          ExpressionAttributeValues: { ":seen": seen },
        };
  await table.won((client) =>
    client.send(new PutCommand({ TableName: table.name, Item: { ...Key, ...origin }, ...condition })),
  );
}
