import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "./table.ts";

/** What the last full listing that could be trusted found: the denominator of the deletion budget. */
export const listingSchema = z.object({
  users: z.number(),
  /** ISO 8601. */
  at: z.string(),
});
export type Listing = z.infer<typeof listingSchema>;

const Key = { pk: "LISTING", sk: "FULL" };

/** @throws RetryLater */
export async function readListing(table: LedgerTable): Promise<Listing | undefined> {
  const { Item } = await table.run((client) => client.send(new GetCommand({ TableName: table.name, Key })));
  return Item === undefined ? undefined : listingSchema.parse(Item);
}

/** @throws RetryLater */
export async function writeListing(table: LedgerTable, listing: Listing): Promise<void> {
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item: { ...Key, ...listing } })));
}
