import { DynamoDBDocumentClient, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { append, entryOf, hasEnded, history, type TrailEntry } from "../../../lib/ledger/trail.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table, client } = await openTestLedger();
const keepDays = 400;

function entry(overrides: Partial<TrailEntry> = {}): TrailEntry {
  const event = lifecycleEvent({ id: overrides.event ?? "standard:1" });
  return { ...entryOf(event, noon + 2_000), outcome: "invited", mode: "act", ...overrides };
}

test("an entry starts with what is known of the event, and nothing of the person", () => {
  const event = lifecycleEvent({ id: "standard:1", kind: "leaver", attempt: 2 });
  expect(entryOf(event, noon + 2_000)).toEqual({
    event: "standard:1",
    source: "standard",
    kind: "leaver",
    attempt: 2,
    occurredAt: at(0),
    receivedAt: at(500),
    finishedAt: at(2_000),
    ms: 1_500,
  });
  expect(entryOf(event, noon).ms).toBe(0);
});

test("a history is told oldest first, each person's on its own", async () => {
  const [ann, bob] = [somebody(), somebody()];
  const late = entry({
    event: "standard:2",
    receivedAt: at(9_000),
    action: "delete",
    outcome: "removed",
    userId: "u1",
  });
  await append(table, ann, late, keepDays);
  await append(table, ann, entry(), keepDays);
  await append(table, bob, entry({ outcome: "held", reason: "last_admin", by: "cy", note: "checked" }), keepDays);
  expect(await history(table, ann)).toEqual([entry(), late]);
  expect(await history(table, bob)).toEqual([
    entry({ outcome: "held", reason: "last_admin", by: "cy", note: "checked" }),
  ]);
  expect(await history(table, somebody())).toEqual([]);
});

test("the first outcome of an attempt is never written over", async () => {
  const person = somebody();
  await append(table, person, entry({ outcome: "removed" }), keepDays);
  await append(table, person, entry({ outcome: "none", reason: "already_absent" }), keepDays);
  expect(await history(table, person)).toEqual([entry({ outcome: "removed" })]);
});

test("another attempt, and a duplicate, stand beside it", async () => {
  const person = somebody();
  const lines = [
    entry({ outcome: "held" }),
    entry({ outcome: "duplicate" }),
    entry({ outcome: "removed", attempt: 1 }),
  ];
  for (const line of lines) await append(table, person, line, keepDays);
  await append(table, person, entry({ outcome: "duplicate", ms: 9 }), keepDays);
  const told = await history(table, person);
  expect(told).toHaveLength(3);
  expect(told).toEqual(expect.arrayContaining(lines));
});

test("an attempt has ended once its end is written down, and not by its duplicate", async () => {
  const person = somebody();
  const event = lifecycleEvent();
  const { occurredAt, receivedAt } = event;
  const ofEvent = (overrides: Partial<TrailEntry>) => entry({ event: event.id, occurredAt, receivedAt, ...overrides });
  await append(table, person, ofEvent({ outcome: "duplicate" }), keepDays);
  expect(await hasEnded(table, person, event)).toBe(false);
  await append(table, person, ofEvent({ outcome: "parked" }), keepDays);
  expect(await hasEnded(table, person, event)).toBe(true);
  expect(await hasEnded(table, person, { ...event, attempt: 1 })).toBe(false);
  expect(await hasEnded(table, person, { ...event, receivedAt: at(9_000) })).toBe(false);
  expect(await hasEnded(table, somebody(), event)).toBe(false);
});

test("a long history comes whole, however many pages it takes", async () => {
  const person = somebody();
  const note = "x".repeat(30_000);
  const lines = Array.from({ length: 50 }, (_, index) =>
    entry({ event: `standard:${index}`, receivedAt: at(index * 1_000), note }),
  );
  for (const line of lines.toReversed()) await append(table, person, line, keepDays);
  let pages = 0;
  client.middlewareStack.add(
    (next, { commandName }) =>
      (args) => {
        if (commandName === "QueryCommand") pages++;
        return next(args);
      },
    { step: "initialize", name: "countPages" },
  );
  const told = await history(table, person);
  client.middlewareStack.remove("countPages");
  expect(told.map(({ event }) => event)).toEqual(lines.map(({ event }) => event));
  expect(pages).toBe(2);
});

test("entries are kept for as many days as the configuration says", async () => {
  const person = somebody();
  const before = Date.now();
  await append(table, person, entry(), 10);
  const { Items } = await DynamoDBDocumentClient.from(client).send(
    new QueryCommand({
      TableName: table.name,
      KeyConditionExpression: "pk = :pk",
      ExpressionAttributeValues: { ":pk": `PERSON#${person}` },
    }),
  );
  const ttl = Items?.[0]?.ttl;
  const tenDays = 10 * 86_400;
  expect(ttl).toBeGreaterThanOrEqual(Math.floor(before / 1000) + tenDays);
  expect(ttl).toBeLessThanOrEqual(Math.ceil(Date.now() / 1000) + tenDays);
});

test("an operator's word stands between the end that it is about and the next one", async () => {
  const person = somebody();
  const held = entry({ outcome: "held" });
  await append(table, person, held, 10);
  await append(table, person, { ...held, outcome: "released", by: "cy", note: "checked" }, 10);
  await append(table, person, { ...held, attempt: 1, outcome: "removed" }, 10);
  expect((await history(table, person)).map(({ outcome }) => outcome)).toEqual(["held", "released", "removed"]);
});
