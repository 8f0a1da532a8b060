import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { LifecycleEvent } from "../lifecycle/event.ts";
import { short } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/**
 * Notes that an operator gave an event up: none of its attempts that are still on their way does anything any more. It stays
 * for ever, since a planned event may be on its way for longer than any queue keeps one. @throws RetryLater
 */
export async function noteDismissed(table: LedgerTable, event: LifecycleEvent, now: number): Promise<void> {
  const Item = { ...keyOf(event), at: new Date(now).toISOString() };
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item })));
}

/** Whether an operator gave an event up and nobody put it back since. @throws RetryLater */
export async function isDismissed(table: LedgerTable, event: LifecycleEvent): Promise<boolean> {
  const get = new GetCommand({ TableName: table.name, Key: keyOf(event), ConsistentRead: true });
  return (await table.run((client) => client.send(get))).Item !== undefined;
}

/** Takes that back: a shelf had it once more, and somebody put it back from there. @throws RetryLater */
export async function forgetDismissed(table: LedgerTable, event: LifecycleEvent): Promise<void> {
  await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key: keyOf(event) })));
}

// By when it came too: some senders use an id of the person as that of the event. A hash, since such an id may be an address.
function keyOf({ id, receivedAt }: LifecycleEvent) {
  return { pk: "DISMISSED", sk: short(`${receivedAt} ${id}`) };
}
