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
  const newest = { email: "ann.lee@example.com", formerEmail: "ann@example.com" };
  await writePointer(table, "okta", "00u3", newest);
  expect(await readPointer(table, "okta", "00u3")).toEqual(newest);
});
