import { PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Lane } from "../queue.ts";
import type { LedgerTable } from "./table.ts";

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
        Item: { pk: "MALFORMED", sk: messageId, lane, reason: "malformed_event", at: new Date(now).toISOString() },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    ),
  );
  return answer !== undefined;
}
