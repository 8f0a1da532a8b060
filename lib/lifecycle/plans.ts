import type { Facts } from "../ledger/claim.ts";
import { isOvertaken, notePlan, type Plan } from "../ledger/plans.ts";
import { schedule } from "../ledger/shelf.ts";
import type { State } from "../ledger/state.ts";
import { end } from "./endings.ts";
import { eventTime, type Kind, type LifecycleEvent } from "./event.ts";
import type { Ending, Workshop } from "./workshop.ts";

const planByKind: Partial<Record<Kind, Plan>> = { joiner: "joiner", reinstate: "joiner", leaver: "leaver" };

/** Whether an event takes effect now; one with an `effectiveAt` to come does not. */
export function isDue(event: LifecycleEvent, now: number): boolean {
  return event.effectiveAt === undefined || eventTime(event) <= now;
}

/** Keeps an event until its time comes, unless a newer plan of its sort, or what happened since, has overtaken it. */
export async function postpone(event: LifecycleEvent, person: string, workshop: Workshop): Promise<Ending> {
  const { table } = workshop;
  const plan = planByKind[event.kind];
  const stands = plan === undefined || (await notePlan(table, person, plan, Date.parse(event.occurredAt)));
  if (!stands) return end(event, { person, outcome: "overtaken" }, workshop);
  await schedule(table, event, person);
  return end(event, { person, outcome: "scheduled", reason: `for ${event.effectiveAt}` }, workshop);
}

/** Whether an event whose time has come was overtaken while it waited. */
export function isPlanOvertaken(event: LifecycleEvent, state: State): boolean {
  const plan = planByKind[event.kind];
  return (
    event.effectiveAt !== undefined && plan !== undefined && isOvertaken(state, plan, Date.parse(event.occurredAt))
  );
}

/**
 * Which plans an event overtakes once it is done: somebody who leaves calls off their planned first day, and any planned
 * last one; somebody who is reinstated their last day.
 */
export function overtakes(event: LifecycleEvent, state: State): Facts {
  if (event.membership !== undefined) return {};
  const happened = Date.parse(event.occurredAt);
  const plannedLeaverAt = Math.max(state.plannedLeaverAt ?? 0, happened);
  if (event.kind === "reinstate") return { plannedLeaverAt };
  if (event.kind !== "leaver") return {};
  return { plannedLeaverAt, plannedJoinerAt: Math.max(state.plannedJoinerAt ?? 0, happened) };
}
