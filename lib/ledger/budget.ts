import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import * as z from "zod/mini";
import { RetryLater } from "../errors.ts";
import type { LedgerTable } from "./table.ts";

const budgetSchema = z.object({
  version: z.number(),
  /** Who was reserved a deletion, and when (epoch milliseconds): by person, so that a retry does not spend twice. */
  reservations: z.record(z.string(), z.number()),
});

/** How many other people were reserved a deletion lately. */
export interface Spent {
  lastHour: number;
  lastDay: number;
  /** Whether this person already has a reservation: then nothing more is spent. */
  reserved: boolean;
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const attempts = 20;

/**
 * Reserves one deletion for a person, if `allows` says so of what was spent. One item under an optimistic version:
 * concurrent workers can never together exceed what each alone was allowed.
 * @param name `act`, or `observe` for a budget that nothing real is spent from
 * @returns whether the reservation stands
 * @throws RetryLater `budget_contended` when too many workers write at once
 */
export async function reserve(
  table: LedgerTable,
  name: "act" | "observe",
  person: string,
  now: number,
  allows: (spent: Spent) => boolean,
): Promise<boolean> {
  const Key = { pk: "BUDGET", sk: `DELETIONS#${name}` };
  for (let attempt = 0; attempt < attempts; attempt++) {
    const { Item } = await table.run((client) =>
      client.send(new GetCommand({ TableName: table.name, Key, ConsistentRead: true })),
    );
    const budget = budgetSchema.parse(Item ?? { version: 0, reservations: {} });
    const spent = count(budget.reservations, person, now);
    if (!allows(spent)) return false;
    if (spent.reserved) return true;
    const recent = Object.entries(budget.reservations).filter(([, at]) => at > now - dayMs);
    const next = { version: budget.version + 1, reservations: { ...Object.fromEntries(recent), [person]: now } };
    const written = await table.won((client) =>
      client.send(
        new PutCommand({
          TableName: table.name,
          Item: { ...Key, ...next },
          ConditionExpression: "attribute_not_exists(pk) OR version = :seen",
          ExpressionAttributeValues: { ":seen": budget.version },
        }),
      ),
    );
    if (written) return true;
  }
  throw new RetryLater("budget_contended");
}

function count(reservations: Record<string, number>, person: string, now: number): Spent {
  const others = Object.entries(reservations).filter(([id]) => id !== person);
  const own = reservations[person];
  return {
    lastHour: others.filter(([, at]) => at > now - hourMs).length,
    lastDay: others.filter(([, at]) => at > now - dayMs).length,
    reserved: own !== undefined && own > now - dayMs,
  };
}
