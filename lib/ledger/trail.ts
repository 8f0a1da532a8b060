import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import type { LifecycleEvent } from "../lifecycle/event.ts";
import type { LedgerTable } from "./table.ts";

/** One line of a person's history: what arrived, what was decided, what came of it. No address, no payload. */
export const trailEntrySchema = z.object({
  event: z.string(),
  source: z.string(),
  kind: z.string(),
  attempt: z.number(),
  occurredAt: z.string(),
  receivedAt: z.string(),
  finishedAt: z.string(),
  /** What `decide` wanted. */
  action: z.optional(z.string()),
  outcome: z.string(),
  reason: z.optional(z.string()),
  /** What the person's source said when it was asked: a `Word`. */
  lookup: z.optional(z.string()),
  /** Sources whose last word about the person was the opposite, separated by commas. */
  contradicts: z.optional(z.string()),
  /** Which of the role rules fitted the person, from 1. */
  rule: z.optional(z.number()),
  /** The person's id at Arize. */
  userId: z.optional(z.string()),
  mode: z.optional(z.string()),
  /** From receiving the event to its end. */
  ms: z.number(),
  /** How often the event had been put back on the queue. */
  retries: z.optional(z.number()),
  /** What Arize answered, oldest first, by method and path template. */
  calls: z.optional(
    z.readonly(
      z.array(
        z.object({
          at: z.string(),
          method: z.string(),
          path: z.string(),
          status: z.number(),
          requestId: z.optional(z.string()),
        }),
      ),
    ),
  ),
  /** Who asked for, released, redrove or dismissed it, and why. */
  by: z.optional(z.string()),
  note: z.optional(z.string()),
});
export type TrailEntry = z.infer<typeof trailEntrySchema>;

const dayMs = 86_400_000;

/**
 * Appends to a person's history. A redelivered message that was already written down is not written over: its first
 * outcome is the true one. @throws RetryLater
 */
export async function append(table: LedgerTable, person: string, entry: TrailEntry, keepDays: number): Promise<void> {
  await table.won((client) =>
    client.send(
      new PutCommand({
        TableName: table.name,
        Item: {
          ...entry,
          pk: `PERSON#${person}`,
          sk: `${attemptKey(entry)}#${suffix(entry)}`,
          ttl: Math.floor((Date.now() + keepDays * dayMs) / 1000),
        },
        ConditionExpression: "attribute_not_exists(pk)",
      }),
    ),
  );
}

/** Reads an item of the table as an entry of somebody's history; `undefined` when it is something else. */
export function readTrailItem(item: Record<string, unknown>): { person: string; entry: TrailEntry } | undefined {
  const { pk, sk } = item;
  if (typeof pk !== "string" || typeof sk !== "string" || !sk.startsWith("EVENT#")) return undefined;
  const entry = trailEntrySchema.safeParse(item);
  return entry.success ? { person: pk.slice("PERSON#".length), entry: entry.data } : undefined;
}

/** Whether the end of this very attempt of an event is in a person's history. @throws RetryLater */
export async function hasEnded(table: LedgerTable, person: string, event: LifecycleEvent): Promise<boolean> {
  const sk = `${attemptKey({ ...event, event: event.id })}#first`;
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: { pk: `PERSON#${person}`, sk }, ConsistentRead: true })),
  );
  return Item !== undefined;
}

function attemptKey({ receivedAt, event, attempt }: Pick<TrailEntry, "receivedAt" | "event" | "attempt">): string {
  return `EVENT#${receivedAt}#${event}#${attempt}`;
}

/** Words of operators that are about an attempt and do not end it. */
const besides = ["asked", "released", "redriven"];

/** Whether an entry is an operator's word on an event, rather than what came of it. */
export function isWord({ outcome }: Pick<TrailEntry, "outcome">): boolean {
  return besides.includes(outcome) || outcome === "dismissed";
}

// A duplicate, and an operator's word, stand beside the end of the attempt that they are about.
function suffix({ outcome }: TrailEntry): string {
  if (outcome === "duplicate") return "again";
  return besides.includes(outcome) ? outcome : "first";
}

/** A person's history, oldest first. @throws RetryLater */
export async function history(table: LedgerTable, person: string): Promise<TrailEntry[]> {
  const values = { ":pk": `PERSON#${person}`, ":event": "EVENT#" };
  const items = await table.queryAll("pk = :pk AND begins_with(sk, :event)", values);
  return items.map((item) => trailEntrySchema.parse(item));
}

/** What every entry about an event starts with. @param now when its end came */
export function entryOf(event: LifecycleEvent, now: number) {
  return {
    event: event.id,
    source: event.source,
    kind: event.kind,
    attempt: event.attempt,
    occurredAt: event.occurredAt,
    receivedAt: event.receivedAt,
    ...(event.lookup && { lookup: event.lookup }),
    finishedAt: new Date(now).toISOString(),
    ms: Math.max(0, now - Date.parse(event.receivedAt)),
  };
}
