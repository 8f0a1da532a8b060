import { createHash } from "node:crypto";
import { DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LedgerTable } from "../lib/ledger/table.ts";
import type { Caller } from "./caller.ts";
import type { Target } from "./connection.ts";

const proposalSchema = z.object({ by: z.string(), principal: z.string(), at: z.string(), until: z.number() });
export type Proposal = z.infer<typeof proposalSchema>;

/** A second person has to agree within a day. */
const validMs = 24 * 3_600_000;

/** What somebody proposed to do to just these events, and nobody has agreed to yet. @throws RetryLater */
export async function findProposal(
  table: LedgerTable,
  what: string,
  eventIds: readonly string[],
  now: number = Date.now(),
): Promise<Proposal | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: keyOf(what, eventIds), ConsistentRead: true })),
  );
  const proposal = proposalSchema.safeParse(Item).data;
  return proposal !== undefined && proposal.until > now ? proposal : undefined;
}

/**
 * Asks whether two different people want the same thing done to the same events. The first one's wish is written down; the
 * second one who wishes exactly that uses it up. It guards against mistakes, not against an operator who writes to the table.
 * @param what such as `held release`
 * @returns who proposed it when somebody else did, else `undefined`: now it is proposed
 * @throws RetryLater
 */
export async function agreed(
  table: LedgerTable,
  what: string,
  eventIds: readonly string[],
  caller: Caller,
  now: number = Date.now(),
): Promise<Proposal | undefined> {
  const Key = keyOf(what, eventIds);
  const proposal = await findProposal(table, what, eventIds, now);
  if (proposal !== undefined && proposal.principal !== caller.principal) {
    await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key })));
    return proposal;
  }
  const until = now + validMs;
  const wish = { ...Key, ...caller, at: new Date(now).toISOString(), until, ttl: Math.floor(until / 1000) };
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item: wish })));
  return undefined;
}

/** What came of asking for many things at once: how many are done, or that a second person has to ask for the same. */
export type BulkAnswer = { done: number } | { proposed: true; count: number };

/**
 * In whose name something is done to so many: more than `guards.twoPeopleAbove` take a second operator, who asks for the same.
 * @param what as for `agreed`
 * @returns `undefined` when it is proposed now, and nothing may be done yet
 * @throws RetryLater
 */
export async function signedBy(
  { table, config }: Pick<Target, "table" | "config">,
  what: string,
  ids: readonly string[],
  caller: Caller,
): Promise<string | undefined> {
  if (ids.length <= config.guards.twoPeopleAbove) return caller.by;
  const proposal = await agreed(table, what, ids, caller);
  return proposal && `${caller.by}, proposed by ${proposal.by}`;
}

/** What stands for a set of texts, whatever their order. Pure. */
export function digestOf(texts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(texts.toSorted())).digest("hex");
}

function keyOf(what: string, eventIds: readonly string[]) {
  return { pk: "PROPOSAL", sk: `${what}#${digestOf(eventIds)}` };
}
