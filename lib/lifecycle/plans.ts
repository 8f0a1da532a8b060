import type { LifecycleConfig } from "../config.ts";
import type { Facts } from "../ledger/claim.ts";
import { dropDue, dueKey, readDueKey, schedule } from "../ledger/due.ts";
import { type OpenEvent, openEvents } from "../ledger/open.ts";
import { dueOf, isOvertaken, notePlan, type Plan, planByKind, plannedAt } from "../ledger/plans.ts";
import { findShelved, unshelve } from "../ledger/shelf.ts";
import { isLeaving, type State, versionOf } from "../ledger/state.ts";
import { isDeletionOfSuspend, suspendedSince } from "../ledger/suspension.ts";
import type { LedgerTable } from "../ledger/table.ts";
import { end } from "./endings.ts";
import { eventTime, type Kind, type LifecycleEvent } from "./event.ts";
import { closeOpen } from "./open.ts";
import type { Ending, Workshop } from "./workshop.ts";

/**
 * Why what was planned does not happen by itself: `contradicted` by a newer word that is not through, or that came when the
 * plan had taken effect; `planned_return` of somebody who starts again on the day on which they leave, or after it, or who
 * has back already what a suspend took.
 */
export type PlanDoubt = "contradicted" | "planned_return";

const opposite: Record<Plan, Plan> = { joiner: "leaver", leaver: "joiner" };
const dayMs = 86_400_000;

/** Keeps an event until its time comes, unless a newer plan of its sort, or what happened since, has overtaken it. */
export async function postpone(event: LifecycleEvent, person: string, workshop: Workshop): Promise<Ending> {
  const { table } = workshop;
  const plan = planByKind[event.kind];
  const key = dueKey(event);
  const noted = plan === undefined ? undefined : await notePlan(table, person, plan, Date.parse(event.occurredAt), key);
  if (noted === false) return end(event, { person, outcome: "overtaken" }, workshop);
  await schedule(table, event, person);
  const replaced =
    noted?.replaces === undefined || noted.replaces === key ? undefined : await dropDue(table, noted.replaces);
  if (replaced !== undefined) await endOvertaken(replaced, person, workshop);
  return end(event, { person, outcome: "scheduled", reason: `for ${event.effectiveAt}` }, workshop);
}

/** Whether an event whose time has come was overtaken while it waited. */
export function isPlanOvertaken(event: LifecycleEvent, state: State): boolean {
  // What a suspend planned goes with it: once that is dismissed, an older plan may stand again.
  const due = dueOf(state, "leaver");
  if (isDeletionOfSuspend(event) && due !== undefined && due !== dueKey(event)) return true;
  const plan = planByKind[event.kind];
  return (
    event.effectiveAt !== undefined && plan !== undefined && isOvertaken(state, plan, Date.parse(event.occurredAt))
  );
}

/**
 * Why an operator has to say whether an event takes effect. A plan waits while something newer of the opposite sort does:
 * done in the order in which their messages happen to be tried, the plan would win for ever. Nor does anybody's leaving
 * outweigh a first day that is planned: deleted, they could never start. All of the reasons: a release lifts one. Pure.
 */
export function planDoubts(
  event: LifecycleEvent,
  state: State,
  config: Pick<LifecycleConfig, "dates">,
): readonly PlanDoubt[] {
  const plan = planByKind[event.kind];
  if (plan === undefined) return [];
  const newer = openOf(state, opposite[plan]).filter(({ at }) => at > Date.parse(event.occurredAt));
  const counts = (open: OpenEvent) =>
    event.effectiveAt === undefined
      ? event.kind === "leaver" && open.due === undefined
      : calledOffBy(open, state).includes(plan);
  const isContradicted = newer.some(counts);
  const isBack = isDeletionOfSuspend(event) && suspendedSince(event, state) === undefined;
  const isToReturn = event.kind === "leaver" && (isBack || isReturnPlanned(event, state, config));
  return [...(isContradicted ? ["contradicted" as const] : []), ...(isToReturn ? ["planned_return" as const] : [])];
}

function isReturnPlanned(event: LifecycleEvent, state: State, { dates }: Pick<LifecycleConfig, "dates">): boolean {
  const key = dueOf(state, "joiner");
  const planned = key === undefined ? [] : [{ at: plannedAt(state, "joiner"), due: readDueKey(key).at }];
  return [...planned, ...openOf(state, "joiner")].some(({ at, due }) => {
    if (due === undefined) return false;
    // Who leaves now calls off a first day that was planned before.
    if (event.effectiveAt === undefined) return at > Date.parse(event.occurredAt);
    // Who is suspended left on the day of that, not on that of their deletion.
    return due + dates.joinDaysBefore * dayMs >= (suspendedSince(event, state) ?? eventTime(event));
  });
}

function openOf(state: State, plan: Plan): OpenEvent[] {
  return openEvents(state).filter(({ kind }) => planByKind[kind] === plan);
}

/**
 * Whether an event is stale only behind a plan that was made before it: it came when the plan had taken effect, and would
 * have called it off. Pure.
 */
export function isBehindOlderPlan(event: LifecycleEvent, state: State): boolean {
  const plan = planByKind[event.kind];
  if (plan === undefined || !calledOffBy(event, state).includes(opposite[plan])) return false;
  const due = dueOf(state, opposite[plan]);
  if (due === undefined) return false;
  const version = readDueKey(due).at * 2 + (plan === "joiner" ? 1 : 0);
  return state.mark_membership === version && plannedAt(state, opposite[plan]) < Date.parse(event.occurredAt);
}

/**
 * Whether somebody's leaving now is stale only behind a return that is not through, and no other one that is newer is. What
 * takes access away and has the mark says so, and is none. Pure.
 */
export function isBehindOpenReturn(event: LifecycleEvent, state: State): boolean {
  const isNow = event.kind === "leaver" && event.effectiveAt === undefined && event.membership === undefined;
  const isReturn = state.leaverId === undefined && !isLeaving(state);
  return isNow && isReturn && (state.done_membership ?? 0) < versionOf(event);
}

/**
 * Which plans an event calls off: somebody who leaves their planned first day, and any planned last one; somebody who is
 * reinstated their last day.
 */
function calledOffBy(
  { kind, membership }: { kind: Kind; membership?: unknown },
  { suspended }: Pick<State, "suspended">,
): readonly Plan[] {
  if (membership !== undefined && suspended === undefined) return [];
  if (kind === "leaver") return ["leaver", "joiner"];
  // A first day says nothing about a last one, unless it is a return from being suspended.
  return kind === "reinstate" || (kind === "joiner" && suspended !== undefined) ? ["leaver"] : [];
}

function overtaken(event: LifecycleEvent, state: State): readonly Plan[] {
  return calledOffBy(event, state).filter((plan) => Date.parse(event.occurredAt) > plannedAt(state, plan));
}

/**
 * What an event that is done leaves of the plans that it calls off. A first day that had come, or that came some days early,
 * when it was told is remembered like one that was planned. Pure.
 */
export function overtakes(event: LifecycleEvent, state: State): Facts {
  const plans = overtaken(event, state);
  const happened = Date.parse(event.occurredAt);
  const isFirstDay = event.effectiveAt !== undefined && planByKind[event.kind] === "joiner";
  return {
    ...(isFirstDay &&
      happened >= plannedAt(state, "joiner") && { plannedJoinerAt: happened, plannedJoinerDue: dueKey(event) }),
    ...(plans.includes("leaver") && { plannedLeaverAt: happened, plannedLeaverDue: null }),
    ...(plans.includes("joiner") && { plannedJoinerAt: happened, plannedJoinerDue: null }),
  };
}

/** Takes the plans that an event called off from where they wait, and ends them. @throws RetryLater */
export async function dropOvertaken(
  event: LifecycleEvent,
  person: string,
  state: State,
  workshop: Workshop,
): Promise<void> {
  for (const plan of overtaken(event, state)) {
    const due = dueOf(state, plan);
    const planned = due === undefined ? undefined : await takeBack(workshop.table, person, due);
    if (planned !== undefined) await endOvertaken(planned, person, workshop);
  }
}

/** Ends a plan that was taken from where it waited. @throws RetryLater */
export async function endOvertaken(planned: LifecycleEvent, person: string, workshop: Workshop): Promise<void> {
  // An attempt of its own: the history keeps the first outcome of each.
  await end({ ...planned, attempt: planned.attempt + 1 }, { person, outcome: "overtaken" }, workshop);
}

async function takeBack(table: LedgerTable, person: string, due: string): Promise<LifecycleEvent | undefined> {
  const dropped = await dropDue(table, due);
  if (dropped !== undefined) return dropped;
  const shelved = await findShelved(table, "HELD", readDueKey(due).id);
  if (shelved?.status !== "waiting") return undefined;
  await closeOpen(shelved.event, person, table);
  await unshelve(table, "HELD", shelved.event);
  return shelved.event;
}
