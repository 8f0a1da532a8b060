import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { eventSchema, eventTime, type LifecycleEvent } from "../lifecycle/event.ts";
import { type Listed, readList } from "./shelf.ts";
import type { LedgerTable } from "./table.ts";

/** Keeps an event in the list `DUE` until its `effectiveAt`. @throws RetryLater */
export async function schedule(table: LedgerTable, event: LifecycleEvent, person: string): Promise<void> {
  await table.run((client) =>
    client.send(new PutCommand({ TableName: table.name, Item: { pk: "DUE", sk: dueKey(event), event, person } })),
  );
}

const scheduledSchema = z.object({ event: eventSchema, person: z.string() });

/** Everything that waits for its day, earliest first. @throws RetryLater */
export function readScheduled(table: LedgerTable): Promise<Listed<z.infer<typeof scheduledSchema>>> {
  return readList(table, "DUE", scheduledSchema);
}

/** What `listDue` found: events, and how many items could not be read and stay where they are. */
export interface Due {
  events: LifecycleEvent[];
  unreadable: number;
}

/** Everything whose time has come, earliest first. @throws RetryLater */
export async function listDue(table: LedgerTable, now: number): Promise<Due> {
  const items = await table.queryAll("pk = :pk AND sk < :now", { ":pk": "DUE", ":now": minuteAfter(now) });
  const parsed = items.map((item) => eventSchema.safeParse(item.event));
  const events = parsed.flatMap(({ data }) => data ?? []);
  const unreadable = parsed.length - events.length;
  return { events: events.filter((event) => eventTime(event) <= now), unreadable };
}

/** Takes an event off the list of those to come, unless it was put there anew meanwhile. @throws RetryLater */
export async function unschedule(table: LedgerTable, event: LifecycleEvent): Promise<void> {
  await table.won((client) =>
    client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: { pk: "DUE", sk: dueKey(event) },
        ConditionExpression: "#event.attempt = :attempt",
        ExpressionAttributeNames: { "#event": "event" },
        ExpressionAttributeValues: { ":attempt": event.attempt },
      }),
    ),
  );
}

/** Reads a plan that is to come, by its key; `undefined` when it is not there. @throws RetryLater */
export async function readDue(table: LedgerTable, key: string): Promise<LifecycleEvent | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: { pk: "DUE", sk: key }, ConsistentRead: true })),
  );
  return scheduledSchema.safeParse(Item).data?.event;
}

/**
 * Takes a plan off the list of those to come.
 * @returns the event, if it was still there
 * @throws RetryLater
 */
export async function dropDue(table: LedgerTable, key: string): Promise<LifecycleEvent | undefined> {
  const { Attributes } = await table.run((client) =>
    client.send(new DeleteCommand({ TableName: table.name, Key: { pk: "DUE", sk: key }, ReturnValues: "ALL_OLD" })),
  );
  return scheduledSchema.safeParse(Attributes).data?.event;
}

/** The key of an event in the list of those to come: it is ordered by time. */
export function dueKey(event: LifecycleEvent): string {
  return `${new Date(eventTime(event)).toISOString()}#${event.id}`;
}

/** What such a key says: when the event's time comes, epoch milliseconds, and its id. */
export function readDueKey(key: string): { at: number; id: string } {
  const end = key.indexOf("#");
  return { at: Date.parse(key.slice(0, end)), id: key.slice(end + 1) };
}

function minuteAfter(now: number): string {
  return new Date(now + 60_000).toISOString();
}
