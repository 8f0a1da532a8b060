import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Kind } from "../lifecycle/event.ts";
import { type State, stateKey, stateSchema } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** What may be planned for a person: their first day, or their last. */
export type Plan = "joiner" | "leaver";

/** Which of the two an event of a kind is about. */
export const planByKind: Partial<Record<Kind, Plan>> = {
  joiner: "joiner",
  reinstate: "joiner",
  leaver: "leaver",
  suspend: "leaver",
};

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
