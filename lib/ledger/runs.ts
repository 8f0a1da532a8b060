import { BatchGetCommand, DeleteCommand, GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { RetryLater } from "../errors.ts";
import { type State, stateKey, stateSchema } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** Where a reconcile run stopped because its function's time was up; the next one goes on from there. */
export const runSchema = z.object({
  cursor: z.string(),
  /** How many users were seen so far. */
  users: z.number(),
  /** Ids of users who are still at Arize although the ledger saw them go, and when they left (epoch milliseconds). */
  lingering: z.array(z.object({ userId: z.string(), email: z.string(), leftAt: z.number() })),
  trusted: z.boolean(),
  /** The sources whose listings this run has gone through, and whether they could be believed. */
  sources: z._default(z.record(z.string(), z.boolean()), {}),
  at: z.number(),
});
export type Run = z.infer<typeof runSchema>;

/** A run that stopped longer ago than this starts over; longer than the day until the next full one. */
const resumableMs = 36 * 3_600_000;

/** @throws RetryLater */
export async function readRun(table: LedgerTable, mode: string, now: number): Promise<Run | undefined> {
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: runKey(mode), ConsistentRead: true })),
  );
  const run = Item === undefined ? undefined : runSchema.parse(Item);
  return run !== undefined && now - run.at < resumableMs ? run : undefined;
}

/** It holds addresses, so DynamoDB deletes it once nobody would go on from it. @throws RetryLater */
export async function writeRun(table: LedgerTable, mode: string, run: Run): Promise<void> {
  const Item = { ...runKey(mode), ...run, ttl: Math.floor((run.at + resumableMs) / 1000) };
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item })));
}

/** @throws RetryLater */
export async function endRun(table: LedgerTable, mode: string): Promise<void> {
  await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key: runKey(mode) })));
}

function runKey(mode: string) {
  return { pk: "RECONCILE", sk: mode };
}

/** The last run of a reconcile mode that was for real. */
const lastRunSchema = z.object({
  mode: z.string(),
  /** ISO 8601. */
  at: z.string(),
  outcome: z.enum(["finished", "distrusted", "to be continued"]),
  users: z.number(),
  queued: z.number(),
  ms: z.number(),
});
export type LastRun = z.infer<typeof lastRunSchema>;

const lastRuns = "RECONCILED";

/** @throws RetryLater */
export async function writeLastRun(table: LedgerTable, run: LastRun): Promise<void> {
  const Item = { pk: lastRuns, sk: run.mode, ...run };
  await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item })));
}

/** One a mode, by the name of the mode. @throws RetryLater */
export async function readLastRuns(table: LedgerTable): Promise<LastRun[]> {
  const items = await table.queryAll("pk = :pk", { ":pk": lastRuns });
  return items.map((item) => lastRunSchema.parse(item));
}

const batchAttempts = 8;

/** What the ledger knows about up to 100 people, by their hashes; those it does not know are left out. @throws RetryLater */
export async function readStates(table: LedgerTable, people: readonly string[]): Promise<Map<string, State>> {
  const states = new Map<string, State>();
  let keys: Record<string, unknown>[] = [...new Set(people)].map(stateKey);
  for (let attempt = 0; keys.length > 0; attempt++) {
    if (attempt === batchAttempts) throw new RetryLater("ledger_unavailable");
    const answer = await table.run((client) =>
      client.send(new BatchGetCommand({ RequestItems: { [table.name]: { Keys: keys, ConsistentRead: true } } })),
    );
    for (const item of answer.Responses?.[table.name] ?? []) {
      states.set(String(item.pk).slice("PERSON#".length), stateSchema.parse(item));
    }
    keys = answer.UnprocessedKeys?.[table.name]?.Keys ?? [];
  }
  return states;
}
