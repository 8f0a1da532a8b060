import { expect, test } from "vitest";
import { readListing, writeListing } from "../../../lib/ledger/listing.ts";
import { openTestLedger } from "../../support/dynamodb.ts";
import { at } from "../../support/events.ts";

const { table } = await openTestLedger();

test("the last full listing is kept, and only that one", async () => {
  expect(await readListing(table)).toBeUndefined();
  await writeListing(table, { users: 120, at: at(0) });
  await writeListing(table, { users: 110, at: at(1) });
  expect(await readListing(table)).toEqual({ users: 110, at: at(1) });
});
