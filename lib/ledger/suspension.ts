import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { LifecycleEvent } from "../lifecycle/event.ts";
import { dropDue, readDueKey } from "./due.ts";
import { dueOf } from "./plans.ts";
import { isSuspending, readState, type State, stateKey } from "./state.ts";
import type { LedgerTable } from "./table.ts";

/** The id of the deletion that a suspend plans; no event's may be longer. */
export function deletionId(suspendId: string): string {
  return `suspension:${suspendId}`.slice(0, 300);
}

/** Whether an event is such a deletion. Pure. */
export function isDeletionOfSuspend({ id }: Pick<LifecycleEvent, "id">): boolean {
  return id.startsWith("suspension:");
}

/**
 * Since when somebody is suspended by the suspend that planned a deletion, epoch milliseconds; `undefined` when they no
 * longer are, and for any other event. Pure.
 */
export function suspendedSince({ id }: Pick<LifecycleEvent, "id">, { suspended }: State): number | undefined {
  return suspended?.event !== undefined && deletionId(suspended.event) === id ? suspended.at : undefined;
}

/** Whether somebody is suspended, and the day on which they are to be deleted still to come. Pure. */
export function awaitsDeletion(state: State, now: number): boolean {
  const due = dueOf(state, "leaver");
  return state.suspended !== undefined && due !== undefined && readDueKey(due).at > now;
}

/**
 * Takes a suspend back that was given up, when nothing newer came: that they are suspended by it, and the deletion that it
 * planned, also one that is on its way already. A copy of it counts as done.
 * @throws RetryLater
 */
export async function forgetSuspend(table: LedgerTable, person: string, event: LifecycleEvent): Promise<void> {
  const state = await readState(table, person);
  if (!isSuspending(state) || state.leaverId !== event.id) return;
  const due = dueOf(state, "leaver");
  const isPlanned = due !== undefined && readDueKey(due).id === deletionId(event.id);
  const overtaken = isPlanned ? ", plannedLeaverAt = :overtaken" : "";
  const removes = [
    "leaverId",
    ...(state.suspended?.event === event.id ? ["suspended"] : []),
    ...(isPlanned ? ["plannedLeaverDue"] : []),
  ];
  const forgotten = await table.won((client) =>
    client.send(
      new UpdateCommand({
        TableName: table.name,
        Key: stateKey(person),
        UpdateExpression: `SET done_membership = :mark, doneId_membership = :id${overtaken} REMOVE ${removes.join(", ")}`,
        ConditionExpression: "leaverId = :id AND mark_membership = :mark",
        ExpressionAttributeValues: {
          ":id": event.id,
          ":mark": state.mark_membership,
          ...(isPlanned && { ":overtaken": Math.max(Date.parse(event.occurredAt) + 1, state.plannedLeaverAt ?? 0) }),
        },
      }),
    ),
  );
  if (forgotten !== undefined && isPlanned) await dropDue(table, due);
}
