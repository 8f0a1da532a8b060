import type { State } from "../../ledger/state.ts";
import type { Acted } from "../act.ts";
import { placePlan } from "../decide.ts";
import { eventTime, type LifecycleEvent } from "../event.ts";
import type { Workshop } from "../workshop.ts";

/** Whether the person of an event is looked after in this way, once it is applied. */
export function isPlaced({ kind }: LifecycleEvent): boolean {
  return kind === "joiner" || kind === "reinstate" || kind === "mover";
}

/**
 * Sends a placement after an event that let somebody in, or changed them, when they are not where the role rules put them. As
 * an event of its own, so that a membership which fails is tried again, or parked, without the person being created anew.
 * @throws RetryLater
 */
export async function followWithPlacement(
  event: LifecycleEvent,
  email: string,
  { applied, match }: Extract<Acted, { held: false }>,
  state: State,
  { config, queue }: Workshop,
): Promise<void> {
  if (!isPlaced(event) || config.mode !== "act" || applied.userId === undefined) return;
  if (applied.reason === "leaving" || applied.reason === "suspended") return;
  const { add, remove } = placePlan({ leaving: false, match, placed: state.placed });
  if (add.length + remove.length === 0) return;
  await queue.send([
    {
      id: `placement:${event.id}`,
      source: "placement",
      kind: "placement",
      attempt: event.attempt,
      occurredAt: new Date(eventTime(event)).toISOString(),
      receivedAt: event.receivedAt,
      person: { email },
    },
  ]);
}
