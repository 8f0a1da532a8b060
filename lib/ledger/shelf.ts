import { DeleteCommand, GetCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { eventSchema, type LifecycleEvent } from "../lifecycle/event.ts";
import type { LedgerTable } from "./table.ts";

/**
 * Events that wait outside the queue: `HELD` by a guard until an operator says so, `PARKED` since they cannot succeed as
 * they are. The whole event is kept, which is how it can come back.
 */
export type Shelf = "HELD" | "PARKED";

const itemSchema = z.object({
  event: eventSchema,
  person: z.string(),
  reason: z.string(),
  /** Reasons for which it was held before and released from: a release lifts one hold, and all of them together let it go. */
  lifted: z._default(z.array(z.string()), []),
  /** With which version it was claimed, where it came that far. */
  version: z.optional(z.number()),
  /** Addresses the ledger knows for them besides the event's: the one of now, unless it is that, then those before. */
  knownEmails: z.optional(z.array(z.string())),
  /** The first of them, which is all that the version before knows. */
  knownEmail: z.optional(z.string()),
  at: z.string(),
  /** `waiting` for an operator, or `released` back to the queue as the attempt that the event carries. */
  status: z.enum(["waiting", "released"]),
  /** When it was released last, ISO 8601, since it was put here; also when that came to nothing. */
  releasedAt: z.optional(z.string()),
  by: z.optional(z.string()),
  note: z.optional(z.string()),
});
export const shelvedSchema = z.pipe(
  itemSchema,
  z.transform(({ knownEmail, knownEmails, ...shelved }) => ({
    ...shelved,
    knownEmails: knownEmails ?? (knownEmail === undefined ? [] : [knownEmail]),
  })),
);
export type Shelved = z.infer<typeof shelvedSchema>;

/** By then a release has ended, unless it never came to the queue, was merely observed, or Arize is away for long. */
const releaseMs = 3_600_000;

/**
 * Whether an event is an operator's business: what was released is not until its new attempt ends, but for an hour at most.
 * Should that attempt still come, releasing it again does no harm: the older of two attempts is held again. Pure.
 */
export function isWaiting({ status, releasedAt }: Pick<Shelved, "status" | "releasedAt">, now: number): boolean {
  return status === "waiting" || releasedAt === undefined || now - Date.parse(releasedAt) >= releaseMs;
}

/**
 * Keeps an event, once by its id. A late copy of an attempt that was released meanwhile changes nothing.
 * @throws RetryLater
 */
export async function shelve(
  table: LedgerTable,
  shelf: Shelf,
  entry: Pick<Shelved, "event" | "person" | "reason"> & Partial<Pick<Shelved, "knownEmails" | "lifted" | "version">>,
  now: number,
): Promise<void> {
  await table.won((client) =>
    client.send(
      new PutCommand({
        TableName: table.name,
        Item: {
          ...entry,
          knownEmail: entry.knownEmails?.[0],
          pk: shelf,
          sk: entry.event.id,
          at: new Date(now).toISOString(),
          attempt: entry.event.attempt,
          status: "waiting",
        },
        ConditionExpression: "attribute_not_exists(pk) OR attempt <= :attempt",
        ExpressionAttributeValues: { ":attempt": entry.event.attempt },
      }),
    ),
  );
}

/** Reads one shelved event, consistently. @throws RetryLater */
export async function findShelved(table: LedgerTable, shelf: Shelf, id: string): Promise<Shelved | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: { pk: shelf, sk: id }, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : shelvedSchema.parse(Item);
}

/**
 * What is on a list, and the keys of what cannot be read: another version wrote it. That stays where it is, and has to be told
 * of, since it waits like the rest.
 */
export interface Listed<Item> {
  items: Item[];
  unreadable: string[];
}

/** Reads everything under a key. @throws RetryLater */
export async function readList<Item>(
  table: LedgerTable,
  pk: string,
  schema: z.ZodMiniType<Item>,
): Promise<Listed<Item>> {
  const parsed = (await table.queryAll("pk = :pk", { ":pk": pk })).map((item) => ({
    key: String(item.sk),
    item: schema.safeParse(item).data,
  }));
  return {
    items: parsed.flatMap(({ item }) => item ?? []),
    unreadable: parsed.flatMap(({ key, item }) => (item === undefined ? [key] : [])),
  };
}

/** Everything on a shelf, oldest first. @throws RetryLater */
export async function readShelf(table: LedgerTable, shelf: Shelf): Promise<Listed<Shelved>> {
  const { items, unreadable } = await readList(table, shelf, shelvedSchema);
  return { items: items.sort((a, b) => a.at.localeCompare(b.at)), unreadable };
}

/** What of a shelf can be read, oldest first. @throws RetryLater */
export async function listShelved(table: LedgerTable, shelf: Shelf): Promise<Shelved[]> {
  return (await readShelf(table, shelf)).items;
}

/**
 * Marks a shelved event as released by somebody and returns it with its attempt raised: that is what goes on the queue.
 * Only what is marked here passes the guard that held it, so a message alone cannot release anything.
 * @returns undefined when nothing is shelved under that id
 * @throws RetryLater
 */
export async function markReleased(
  table: LedgerTable,
  shelf: Shelf,
  id: string,
  { by, note }: { by: string; note: string },
  now: number = Date.now(),
): Promise<LifecycleEvent | undefined> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: shelf, sk: id },
        UpdateExpression:
          "SET #status = :released, releasedAt = :at, #by = :by, note = :note, " +
          "attempt = attempt + :one, #event.attempt = #event.attempt + :one",
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeNames: { "#status": "status", "#by": "by", "#event": "event" },
        ExpressionAttributeValues: {
          ":released": "released",
          ":at": new Date(now).toISOString(),
          ":by": by,
          ":note": note,
          ":one": 1,
        },
        ReturnValues: "ALL_NEW",
      }),
    ),
  );
  return answer === undefined ? undefined : shelvedSchema.parse(answer.Attributes).event;
}

/**
 * Has a released event wait again that did not come to the queue. Its attempt stays raised: should the queue have it all the
 * same, it is held again. @throws RetryLater
 */
export async function takeReleaseBack(table: LedgerTable, shelf: Shelf, event: LifecycleEvent): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: { pk: shelf, sk: event.id },
        UpdateExpression: "SET #status = :waiting REMOVE #by, note",
        ConditionExpression: "#status = :released AND attempt = :attempt",
        ExpressionAttributeNames: { "#status": "status", "#by": "by" },
        ExpressionAttributeValues: { ":waiting": "waiting", ":released": "released", ":attempt": event.attempt },
      }),
    ),
  );
}

/** Takes an event off a shelf, unless a newer attempt of it, or another event under its id, is there. @throws RetryLater */
export async function unshelve(table: LedgerTable, shelf: Shelf, event: LifecycleEvent): Promise<void> {
  await table.won((client) =>
    client.send(
      new DeleteCommand({
        TableName: table.name,
        Key: { pk: shelf, sk: event.id },
        ConditionExpression: "attempt <= :attempt AND #event.kind = :kind AND #event.occurredAt = :occurredAt",
        ExpressionAttributeNames: { "#event": "event" },
        ExpressionAttributeValues: { ":attempt": event.attempt, ":kind": event.kind, ":occurredAt": event.occurredAt },
      }),
    ),
  );
}
