import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "./table.ts";

export const pointerSchema = z.object({
  /** Normalized. */
  email: z.string(),
  /** The one before, which the account at Arize still has: an address cannot be changed there. */
  formerEmail: z.optional(z.string()),
});
export type Pointer = z.infer<typeof pointerSchema>;

/**
 * Whose id at a source this is, learned from earlier events. It resolves an event that names a person only by id.
 * @throws RetryLater
 */
export async function readPointer(
  table: LedgerTable,
  source: string,
  externalId: string,
): Promise<Pointer | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: pointerKey(source, externalId), ConsistentRead: true })),
  );
  return Item === undefined ? undefined : pointerSchema.parse(Item);
}

/** Learns whose id at a source this is. @throws RetryLater */
export async function writePointer(
  table: LedgerTable,
  source: string,
  externalId: string,
  pointer: Pointer,
): Promise<void> {
  await table.run((client) =>
    client.send(new PutCommand({ TableName: table.name, Item: { ...pointerKey(source, externalId), ...pointer } })),
  );
}

function pointerKey(source: string, externalId: string) {
  return { pk: `SOURCE#${source}#${externalId}`, sk: "POINTER" };
}
