import { DeleteCommand, ScanCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { kindSchema, personSchema } from "../lifecycle/event.ts";
import { type Pointer, readPointerItem } from "./pointers.ts";
import { readState, stateKey } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** The keys of an item in the ledger. */
const keySchema = z.object({ pk: z.string(), sk: z.string() });
export type ItemKey = z.infer<typeof keySchema>;

/** An id at a source that stands for an address, or did formerly. */
export interface IdAtSource extends Pointer {
  key: ItemKey;
  source: string;
  externalId: string;
}

/**
 * The ids at sources that stand for an address. Looks at the whole table, since nothing leads from an address to them.
 * @throws RetryLater
 */
export async function findIds(table: LedgerTable, email: string): Promise<IdAtSource[]> {
  const ids: IdAtSource[] = [];
  let ExclusiveStartKey: Record<string, unknown> | undefined;
  do {
    const scan = new ScanCommand({
      TableName: table.name,
      FilterExpression:
        "begins_with(pk, :source) AND (email = :email OR formerEmail = :email OR contains(formerEmails, :email))",
      ExpressionAttributeValues: { ":source": "SOURCE#", ":email": email },
      ExclusiveStartKey,
      ConsistentRead: true,
    });
    const page = await table.run((client) => client.send(scan));
    ids.push(...(page.Items ?? []).map(idOf));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return ids;
}

function idOf(item: Record<string, unknown>): IdAtSource {
  const key = keySchema.parse(item);
  const [, source = "", ...externalId] = key.pk.split("#");
  return { ...readPointerItem(item), key, source, externalId: externalId.join("#") };
}

/** An event that waits outside the queue, as far as it takes to tell whom it is about. */
const waitingSchema = z.extend(keySchema, {
  person: z.string(),
  knownEmail: z.optional(z.string()),
  knownEmails: z._default(z.array(z.string()), []),
  event: z.object({ id: z.string(), source: z.string(), kind: kindSchema, person: personSchema }),
});
export type Waiting = z.infer<typeof waitingSchema>;

/** What waits in `HELD`, `PARKED` and `DUE` and matches. @throws RetryLater */
export async function findWaiting(table: LedgerTable, matches: (waiting: Waiting) => boolean): Promise<Waiting[]> {
  const shelves = ["HELD", "PARKED", "DUE"].map((pk) => table.queryAll("pk = :pk", { ":pk": pk }));
  return (await Promise.all(shelves))
    .flat()
    .map((item) => waitingSchema.parse(item))
    .filter(matches);
}

/** The lines of a person's history. @throws RetryLater */
export async function findHistory(table: LedgerTable, person: string): Promise<ItemKey[]> {
  const values = { ":pk": `PERSON#${person}`, ":event": "EVENT#" };
  return (await table.queryAll("pk = :pk AND begins_with(sk, :event)", values)).map((item) => keySchema.parse(item));
}

/** Daily listings under way that carry an address along; without them the next one starts over. @throws RetryLater */
export async function findRuns(table: LedgerTable, email: string): Promise<ItemKey[]> {
  const runSchema = z.extend(keySchema, { lingering: z.array(z.object({ email: z.string() })) });
  const runs = (await table.queryAll("pk = :pk", { ":pk": "RECONCILE" })).map((item) => runSchema.parse(item));
  return runs.filter(({ lingering }) => lingering.some((user) => user.email.toLowerCase() === email));
}

/** @throws RetryLater */
export async function erase(table: LedgerTable, { pk, sk }: ItemKey): Promise<void> {
  await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key: { pk, sk } })));
}

/** What stays of a state: what keeps the person away when something comes late, and what is under way. Anything else goes. */
const kept = /^(pk|sk|(mark|done|said|claims|fails|in)_.*|goneAt|leftAt|lease(Owner|Until)|planned(Leaver|Joiner)At)$/;

/**
 * Takes out of a person's state what says something about them. The marks and `goneAt` stay: without them an event that
 * comes late would bring the person back. Ids of events may be ids of people: a word takes their place. @throws RetryLater
 */
export async function eraseState(table: LedgerTable, person: string): Promise<void> {
  const names = Object.keys(await readState(table, person));
  const doneIds = names.filter((name) => name.startsWith("doneId_"));
  const personal = names.filter((name) => !kept.test(name) && !doneIds.includes(name));
  const sets = doneIds.map((_, index) => `#d${index} = :forgotten`).join(", ");
  const removes = personal.map((_, index) => `#p${index}`).join(", ");
  if (sets === "" && removes === "") return;
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `${sets && `SET ${sets} `}${removes && `REMOVE ${removes}`}`,
        ConditionExpression: "attribute_exists(pk)",
        ExpressionAttributeNames: {
          ...Object.fromEntries(doneIds.map((name, index) => [`#d${index}`, name])),
          ...Object.fromEntries(personal.map((name, index) => [`#p${index}`, name])),
        },
        ...(sets && { ExpressionAttributeValues: { ":forgotten": "forgotten" } }),
      }),
    ),
  );
}
