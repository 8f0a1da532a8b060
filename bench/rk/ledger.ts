import { ConditionalCheckFailedException, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Event } from "./event.ts";

const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), {
  marshallOptions: { removeUndefinedValues: true },
});

/** Whether an event is newer than all that were claimed for its person; if so, it counts as claimed. */
export async function claim(TableName: string, { person, id, occurredAt }: Event): Promise<boolean> {
  const update = new UpdateCommand({
    TableName,
    Key: { pk: person.email, sk: "STATE" },
    UpdateExpression: "SET newest = :at, claimed = :id",
    ConditionExpression: "attribute_not_exists(newest) OR newest < :at",
    ExpressionAttributeValues: { ":at": Date.parse(occurredAt), ":id": id },
  });
  try {
    await client.send(update);
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

/** Writes down what came of an event, as a line of the person's history and in their state. */
export async function record(TableName: string, event: Event, outcome: string, userId?: string): Promise<void> {
  const { person, id, kind, occurredAt, receivedAt } = event;
  const ttl = Math.floor(Date.now() / 1000) + 400 * 86_400;
  const Item = { pk: person.email, sk: `EVENT#${receivedAt}#${id}`, kind, outcome, occurredAt, userId, ttl };
  await client.send(new PutCommand({ TableName, Item }));
  await client.send(
    new UpdateCommand({
      TableName,
      Key: { pk: person.email, sk: "STATE" },
      UpdateExpression: "SET done = :id, outcome = :outcome",
      ExpressionAttributeValues: { ":id": id, ":outcome": outcome },
    }),
  );
}
