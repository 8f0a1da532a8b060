import { QueryCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { listMalformed, shelveMalformed, unshelveMalformed } from "../../../lib/ledger/malformed.ts";
import { openTestLedger } from "../../support/dynamodb.ts";
import { at, noon } from "../../support/events.ts";

const { table } = await openTestLedger();

test("a message that was no event is listed once, by its id, and forgotten when its queue forgets it", async () => {
  expect(await shelveMalformed(table, "message-1", "leavers", noon)).toBe(true);
  expect(await shelveMalformed(table, "message-1", "leavers", noon + 1)).toBe(false);
  const { Items } = await table.run((client) =>
    client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": "MALFORMED" },
      }),
    ),
  );
  const ttl = noon / 1000 + 14 * 24 * 3600;
  const listed = { pk: "MALFORMED", sk: "message-1", lane: "leavers", reason: "malformed_event", at: at(0), ttl };
  expect(Items).toEqual([listed]);
  expect(await listMalformed(table)).toEqual(["message-1"]);
  await unshelveMalformed(table, "message-1");
  expect(await listMalformed(table)).toEqual([]);
});
