import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { eventTime, type LifecycleEvent } from "../lifecycle/event.ts";
import { readState, type State, short, stateKey, stateSchema } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** An event about one of several groups or apps that stand for access. */
export type MembershipEvent = LifecycleEvent & { membership: NonNullable<LifecycleEvent["membership"]> };

/** Whether an event is about one of several groups, and has to be weighed against the others first. */
export function hasMembership(event: LifecycleEvent): event is MembershipEvent {
  return event.membership !== undefined;
}

/** The name of a group's mark in the state: twice the time of the newest event about it, plus one when it was removed. */
export function groupMark(source: string, group: string): string {
  return `in_${short(`${source} ${group}`)}`;
}

/** Notes what an event says about its group, unless something newer is known. @throws RetryLater */
export async function noteMembership(table: LedgerTable, person: string, event: MembershipEvent): Promise<State> {
  const version = eventTime(event) * 2 + (event.membership.change === "removed" ? 1 : 0);
  const answer = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: "SET #group = :version",
        ConditionExpression: "attribute_not_exists(#group) OR #group < :version",
        ExpressionAttributeNames: { "#group": groupMark(event.source, event.membership.of) },
        ExpressionAttributeValues: { ":version": version },
        ReturnValues: "ALL_NEW",
      }),
    ),
  );
  return answer === undefined ? readState(table, person) : stateSchema.parse(answer.Attributes);
}
