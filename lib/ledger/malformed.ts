import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Lane } from "../queue.ts";
import type { LedgerTable } from "./table.ts";

/** As long as a queue keeps the message itself. Seconds. */
const keptSeconds = 14 * 24 * 3600;
const pk = "MALFORMED";

/**
 * Lists a message that was no event. It has none that could be redriven, so its body is on the dead-letter queue only.
 * @returns whether it was not listed before
 * @throws RetryLater
 */
export async function shelveMalformed(
  table: LedgerTable,
  messageId: string,
  lane: Lane,
  now: number,
): Promise<boolean> {
  const answer = await table.won((client) =>
    client.send(
      new PutCommand({
        TableName: table.name,
        Item: {
          pk,
          sk: messageId,
          lane,
          reason: "malformed_event",
          at: new Date(now).toISOString(),
          ttl: Math.floor(now / 1000) + keptSeconds,
        },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    ),
  );
  return answer !== undefined;
}

/** The messages that were no events, by their ids. @throws RetryLater */
export async function listMalformed(table: LedgerTable): Promise<string[]> {
  return (await table.queryAll("pk = :pk", { ":pk": pk })).map(({ sk }) => String(sk));
}

/** Takes a message off the list. @throws RetryLater */
export async function unshelveMalformed(table: LedgerTable, messageId: string): Promise<void> {
  await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk: messageId } })));
}
