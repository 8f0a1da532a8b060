import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { type State, stateKey } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** What may be planned for a person: their first day, or their last. */
export type Plan = "joiner" | "leaver";

function planName(plan: Plan): "plannedJoinerAt" | "plannedLeaverAt" {
  return plan === "joiner" ? "plannedJoinerAt" : "plannedLeaverAt";
}

/**
 * Notes that a plan for later exists, unless something newer has overtaken it.
 * @param plannedAt when it was made, epoch milliseconds
 * @returns false when it has been overtaken
 * @throws RetryLater
 */
export async function notePlan(table: LedgerTable, person: string, plan: Plan, plannedAt: number): Promise<boolean> {
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #plan = :at",
        ConditionExpression: "attribute_not_exists(#plan) OR #plan <= :at",
        ExpressionAttributeNames: { "#plan": planName(plan) },
        ExpressionAttributeValues: { ":at": plannedAt },
      }),
    ),
  );
  return answer !== undefined;
}

/** Whether a plan made at this moment has been overtaken by a newer one, or by what happened since. */
export function isOvertaken(state: State, plan: Plan, plannedAt: number): boolean {
  const newest = state[planName(plan)];
  return newest !== undefined && newest > plannedAt;
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
        UpdateExpression: "SET mark_membership = :next REMOVE leftAt",
        ConditionExpression: "mark_membership = :version",
        ExpressionAttributeValues: { ":version": version, ":next": version + 1 },
      }),
    ),
  );
}
