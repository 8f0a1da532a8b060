import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "./table.ts";

/**
 * What the last full listing that could be trusted found: how many users Arize has, which is the denominator of the
 * deletion budget, or how many people a source has.
 */
export const listingSchema = z.object({
  users: z.number(),
  /** ISO 8601. */
  at: z.string(),
});
export type Listing = z.infer<typeof listingSchema>;

/** @param source whose listing; Arize's own without */
function keyOf(source: string | undefined) {
  return { pk: "LISTING", sk: source === undefined ? "FULL" : `SOURCE#${source}` };
}

/** @throws RetryLater */
export async function readListing(table: LedgerTable, source?: string): Promise<Listing | undefined> {
  const get = new GetCommand({ TableName: table.name, Key: keyOf(source) });
  const { Item } = await table.run((client) => client.send(get));
  return Item === undefined ? undefined : listingSchema.parse(Item);
}

/** @throws RetryLater */
export async function writeListing(table: LedgerTable, listing: Listing, source?: string): Promise<void> {
  const put = new PutCommand({ TableName: table.name, Item: { ...keyOf(source), ...listing } });
  await table.run((client) => client.send(put));
}
