import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { acceptRestore, noticeRestore, restoredAt } from "../../../lib/ledger/origin.ts";
import { LedgerTable } from "../../../lib/ledger/table.ts";
import { createLedger } from "../../../local/dynamodb.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { noon } from "../../support/events.ts";

const { table, client } = await openTestLedger();
const Key = { pk: "LEDGER", sk: "ORIGIN" };

/** What DynamoDB's restore makes of a table: another one with the same items. */
async function restore(from: LedgerTable): Promise<LedgerTable> {
  const restored = new LedgerTable(`restored-${somebody()}`, client);
  await createLedger(client, restored.name);
  const { Item } = await from.run((one) => one.send(new GetCommand({ TableName: from.name, Key })));
  await restored.run((one) => one.send(new PutCommand({ TableName: restored.name, Item: { ...Item } })));
  return restored;
}

test("a ledger that stays where it began was never restored", async () => {
  await noticeRestore(table, noon);
  await noticeRestore(table, noon + 1);
  expect(await restoredAt(table)).toBeUndefined();
});

test("one in another table was, since that was noticed first, until somebody accepts it", async () => {
  await noticeRestore(table, noon);
  const restored = await restore(table);
  await Promise.all([1, 1, 1].map((ms) => noticeRestore(restored, noon + ms)));
  await noticeRestore(restored, noon + 2);
  expect(await restoredAt(restored)).toBe(noon + 1);
  await acceptRestore(restored);
  await noticeRestore(restored, noon + 3);
  expect(await restoredAt(restored)).toBeUndefined();
});

test("a restore of a restored one counts anew", async () => {
  await noticeRestore(table, noon);
  const first = await restore(table);
  await noticeRestore(first, noon + 1);
  const second = await restore(first);
  await noticeRestore(second, noon + 2);
  expect(await restoredAt(second)).toBe(noon + 2);
});
