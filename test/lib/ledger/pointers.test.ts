import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { readPointer, writePointer } from "../../../lib/ledger/pointers.ts";
import { openTestLedger } from "../../support/dynamodb.ts";

const { table } = await openTestLedger();

test("a pointer leads from an id at a source to an address", async () => {
  expect(await readPointer(table, "okta", "00u1")).toBeUndefined();
  await writePointer(table, "okta", "00u1", { email: "ann@example.com" });
  expect(await readPointer(table, "okta", "00u1")).toEqual({ email: "ann@example.com" });
  expect(await readPointer(table, "standard", "00u1")).toBeUndefined();
  expect(await readPointer(table, "okta", "00u2")).toBeUndefined();
});

test("the newest address counts", async () => {
  await writePointer(table, "okta", "00u3", { email: "ann@example.com" });
  const newest = { email: "ann.lee@example.com", formerEmails: ["ann.born@example.com", "ann@example.com"] };
  await writePointer(table, "okta", "00u3", newest);
  expect(await readPointer(table, "okta", "00u3")).toEqual(newest);
});

test("what the version before wrote is read, and what this one writes it can read", async () => {
  const [email, formerEmail] = ["ann.lee@example.com", "ann@example.com"];
  const key = { pk: "SOURCE#okta#00u4", sk: "POINTER" };
  const put = new PutCommand({ TableName: table.name, Item: { ...key, email, formerEmail } });
  await table.run((client) => client.send(put));
  expect(await readPointer(table, "okta", "00u4")).toEqual({ email, formerEmails: [formerEmail] });
  await writePointer(table, "okta", "00u4", { email: "ann.king@example.com", formerEmails: [formerEmail, email] });
  const get = new GetCommand({ TableName: table.name, Key: key });
  expect((await table.run((client) => client.send(get))).Item).toMatchObject({ formerEmail });
});
