import type { Facts } from "../ledger/claim.ts";
import { dueOf, isOvertaken, notePlan, type Plan } from "../ledger/plans.ts";
import { dropDue, dueKey, schedule } from "../ledger/shelf.ts";
import type { State } from "../ledger/state.ts";
import type { LedgerTable } from "../ledger/table.ts";
import { end } from "./endings.ts";
import { eventTime, type Kind, type LifecycleEvent } from "./event.ts";
import type { Ending, Workshop } from "./workshop.ts";

const planByKind: Partial<Record<Kind, Plan>> = {
  joiner: "joiner",
  reinstate: "joiner",
  leaver: "leaver",
  suspend: "leaver",
};

/** Whether an event takes effect now; one with an `effectiveAt` to come does not. */
export function isDue(event: LifecycleEvent, now: number): boolean {
  return event.effectiveAt === undefined || eventTime(event) <= now;
}

/** Keeps an event until its time comes, unless a newer plan of its sort, or what happened since, has overtaken it. */
export async function postpone(event: LifecycleEvent, person: string, workshop: Workshop): Promise<Ending> {
  const { table } = workshop;
  const plan = planByKind[event.kind];
  const key = dueKey(event);
  const noted = plan === undefined ? undefined : await notePlan(table, person, plan, Date.parse(event.occurredAt), key);
  if (noted === false) return end(event, { person, outcome: "overtaken" }, workshop);
  await schedule(table, event, person);
  if (noted?.replaces !== undefined && noted.replaces !== key) await dropDue(table, noted.replaces);
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
  if (event.membership !== undefined && state.suspended === undefined) return {};
  const happened = Date.parse(event.occurredAt);
  const plannedLeaverAt = Math.max(state.plannedLeaverAt ?? 0, happened);
  // A first day says nothing about a last one, unless it is a return from being suspended.
  const returns = event.kind === "reinstate" || (event.kind === "joiner" && state.suspended !== undefined);
  if (returns) return { plannedLeaverAt };
  if (event.kind !== "leaver") return {};
  return { plannedLeaverAt, plannedJoinerAt: Math.max(state.plannedJoinerAt ?? 0, happened) };
}

/** Takes the plans that an event overtook off the list of those to come: they would end as overtaken on their day. @throws RetryLater */
export async function dropOvertaken(event: LifecycleEvent, state: State, table: LedgerTable): Promise<void> {
  const { plannedLeaverAt, plannedJoinerAt } = overtakes(event, state);
  const overtaking = { leaver: plannedLeaverAt, joiner: plannedJoinerAt };
  for (const plan of ["leaver", "joiner"] as const) {
    const [due, newest] = [dueOf(state, plan), overtaking[plan]];
    const planned = plan === "leaver" ? state.plannedLeaverAt : state.plannedJoinerAt;
    if (due !== undefined && newest !== undefined && newest > (planned ?? 0)) await dropDue(table, due);
  }
}
