import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type State, stateKey, stateSchema } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** What may be planned for a person: their first day, or their last. */
export type Plan = "joiner" | "leaver";

function planName(plan: Plan): "plannedJoinerAt" | "plannedLeaverAt" {
  return plan === "joiner" ? "plannedJoinerAt" : "plannedLeaverAt";
}

function dueName(plan: Plan): "plannedJoinerDue" | "plannedLeaverDue" {
  return plan === "joiner" ? "plannedJoinerDue" : "plannedLeaverDue";
}

/** Where the plan that stands is in the list `DUE`. */
export function dueOf(state: State, plan: Plan): string | undefined {
  return state[dueName(plan)];
}

/**
 * Notes that a plan for later exists, unless something newer has overtaken it.
 * @param plannedAt when it was made, epoch milliseconds
 * @param due its key in the list `DUE`
 * @returns false when it has been overtaken, else the key of the plan that it replaces
 * @throws RetryLater
 */
export async function notePlan(
  table: LedgerTable,
  person: string,
  plan: Plan,
  plannedAt: number,
  due: string,
): Promise<{ replaces: string | undefined } | false> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #plan = :at, #due = :due",
        ConditionExpression: "attribute_not_exists(#plan) OR #plan <= :at",
        ExpressionAttributeNames: { "#plan": planName(plan), "#due": dueName(plan) },
        ExpressionAttributeValues: { ":at": plannedAt, ":due": due },
        ReturnValues: "ALL_OLD",
      }),
    ),
  );
  return answer !== undefined && { replaces: dueOf(stateSchema.parse(answer.Attributes ?? {}), plan) };
}

/** Whether a plan made at this moment has been overtaken by a newer one, or by what happened since. */
export function isOvertaken(state: State, plan: Plan, plannedAt: number): boolean {
  return (state[planName(plan)] ?? 0) > plannedAt;
}

function openName(plan: Plan): "openJoinerAt" | "openLeaverAt" {
  return plan === "joiner" ? "openJoinerAt" : "openLeaverAt";
}

/**
 * Notes that somebody's leaver, or return, has come and is not through: a plan of the opposite that was made before it must
 * not take effect meanwhile. @throws RetryLater
 */
export async function noteOpen(table: LedgerTable, person: string, plan: Plan, happenedAt: number): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #open = :at",
        ConditionExpression: "attribute_not_exists(#open) OR #open < :at",
        ExpressionAttributeNames: { "#open": openName(plan) },
        ExpressionAttributeValues: { ":at": happenedAt },
      }),
    ),
  );
}

/** Takes that back: it came to nothing, or an operator gave it up. @throws RetryLater */
export async function forgetOpen(table: LedgerTable, person: string, plan: Plan, happenedAt: number): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "REMOVE #open",
        ConditionExpression: "#open = :at",
        ExpressionAttributeNames: { "#open": openName(plan) },
        ExpressionAttributeValues: { ":at": happenedAt },
      }),
    ),
  );
}

/** When the newest leaver, or return, happened that may not be through yet; epoch milliseconds. */
export function openSince(state: State, plan: Plan): number | undefined {
  return state[openName(plan)];
}

/** When the plan that stands, or what has overtaken plans since, was made; epoch milliseconds. */
export function plannedAt(state: State, plan: Plan): number {
  return state[planName(plan)] ?? 0;
}

/**
 * Takes back that somebody was leaving, when the leaver that said so was given up and nothing newer came.
 * @throws RetryLater
 */
export async function forgetLeaver(table: LedgerTable, person: string, version: number): Promise<void> {
  await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET mark_membership = :next REMOVE leftAt, leaverId",
        ConditionExpression: "mark_membership = :version",
        ExpressionAttributeValues: { ":version": version, ":next": version + 1 },
      }),
    ),
  );
}
