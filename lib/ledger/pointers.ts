import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "./table.ts";

export interface Pointer {
  /** Normalized. */
  email: string;
  /** Those before, oldest first, which accounts at Arize may still have: an address cannot be changed there. */
  formerEmails?: string[];
}

const itemSchema = z.object({
  email: z.string(),
  /** The version before knows the first one only, which may be `email` itself where that had come back. */
  formerEmail: z.optional(z.string()),
  formerEmails: z.optional(z.array(z.string())),
});

/** Reads an item of the table as a pointer, also one that the version before wrote. */
export function readPointerItem(item: Record<string, unknown>): Pointer {
  const {
    email,
    formerEmail,
    formerEmails = formerEmail === undefined ? undefined : [formerEmail],
  } = itemSchema.parse(item);
  return { email, ...(formerEmails && { formerEmails }) };
}

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
  return Item === undefined ? undefined : readPointerItem(Item);
}

/** Learns whose id at a source this is. @throws RetryLater */
export async function writePointer(
  table: LedgerTable,
  source: string,
  externalId: string,
  { email, formerEmails = [] }: Pointer,
): Promise<void> {
  const [formerEmail] = formerEmails;
  const former = formerEmail === undefined ? {} : { formerEmail, formerEmails };
  await table.run((client) =>
    client.send(
      new PutCommand({ TableName: table.name, Item: { ...pointerKey(source, externalId), email, ...former } }),
    ),
  );
}

function pointerKey(source: string, externalId: string) {
  return { pk: `SOURCE#${source}#${externalId}`, sk: "POINTER" };
}
