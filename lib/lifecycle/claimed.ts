import { randomUUID } from "node:crypto";
import { Refused, RetryLater } from "../errors.ts";
import { type Claim, claim, type Facts, type Lease, record, release } from "../ledger/claim.ts";
import { hasMembership } from "../ledger/groups.ts";
import { failures, readState, type State } from "../ledger/state.ts";
import { contradictions } from "../ledger/ties.ts";
import { type Acted, act } from "./act.ts";
import { backoffMs } from "./backoff.ts";
import { Calls } from "./calls/calls.ts";
import { end, endRefused, hold } from "./endings.ts";
import type { LifecycleEvent } from "./event.ts";
import { compensate, compensateEarlierAttempts, endEarly } from "./late.ts";
import { weighMembership } from "./membership.ts";
import { followWithPlacement } from "./places/placement.ts";
import { dropOvertaken, isBehindOlderPlan, isBehindOpenReturn, overtakes } from "./plans.ts";
import type { RuleMatch } from "./roles.ts";
import type { Subject } from "./subject.ts";
import type { Delivery, Ending, Workshop } from "./workshop.ts";

type Identified = Extract<Subject, { is: "person" }>;

/** A lease that somebody holds is looked at again after a second, then after as long as it has been held already. */
const busyMs = 1_000;

/** What is settled about an event before it is claimed, or is by claiming it. */
interface Work {
  event: LifecycleEvent;
  version: number;
  subject: Identified;
  delivery: Delivery;
  workshop: Workshop;
}

/** An event that was acted on, with what its history says of that besides. */
interface Worked extends Work {
  made: Pick<Ending, "calls" | "retries">;
}

/**
 * Claims an event, acts on it, and writes down what came of it.
 * @param version what orders it, see `claim`
 * @throws RetryLater
 */
export async function workClaimed(
  event: LifecycleEvent,
  version: number,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const calls = new Calls(workshop.arize, delivery);
  await ready(calls, delivery, workshop);
  const lease = { person: subject.person, event, token: randomUUID() };
  const { leaseMs } = workshop;
  const claimed = await claim(workshop.table, {
    ...lease,
    version,
    now: Date.now(),
    leaseMs,
    observed: workshop.config.mode === "observe",
  });
  if (!claimed.claimed) {
    const newer = reweigh(event, version, claimed) ?? beyond(event, claimed, subject);
    if (newer !== undefined) return workClaimed(event, newer, subject, delivery, workshop);
    return endUnclaimed(event, claimed, subject, workshop);
  }
  const work = { event, version, subject, delivery, workshop };
  try {
    return await workLeased(work, lease, claimed.state, calls);
  } catch (error) {
    if (error instanceof RetryLater) throw await putBack(error, lease, claimed.state, workshop);
    throw error;
  }
}

// Another event about the person's groups was claimed between the weighing and the claim: what is known now counts.
function reweigh(event: LifecycleEvent, version: number, claimed: Exclude<Claim, { claimed: true }>) {
  if (claimed.why !== "stale" || !hasMembership(event)) return undefined;
  const verdict = weighMembership(event, claimed.state);
  return "version" in verdict && verdict.version > version ? verdict.version : undefined;
}

// What an operator released counts for more than the plan that it came too late to call off, and than the return that it was
// held for, when that was claimed meanwhile and came to nothing.
function beyond(event: LifecycleEvent, { why, state }: Exclude<Claim, { claimed: true }>, { lifted }: Identified) {
  const isBehind = isBehindOlderPlan(event, state) || isBehindOpenReturn(event, state);
  return why === "stale" && isBehind && lifted.includes("contradicted") ? (state.mark_membership ?? 0) + 1 : undefined;
}

// Nothing was claimed yet, so the receives are what is known of how often this has failed.
async function ready(calls: Calls, { receives }: Delivery, { backoffBaseMs }: Workshop): Promise<void> {
  try {
    await calls.ready();
  } catch (error) {
    if (!(error instanceof RetryLater)) throw error;
    const afterMs = backoffMs(receives, backoffBaseMs, error.afterMs);
    throw new RetryLater(error.reason, { message: error.message, cause: error, afterMs });
  }
}

async function endUnclaimed(
  event: LifecycleEvent,
  claimed: Extract<Claim, { claimed: false }>,
  subject: Identified,
  workshop: Workshop,
): Promise<Ending> {
  if (claimed.why === "stale" && isBehindOlderPlan(event, claimed.state)) {
    const { person } = await endEarly(event, subject, claimed.state, undefined, workshop);
    return end(event, await hold(event, { person, reason: "contradicted" }, workshop, subject), workshop);
  }
  if (claimed.why !== "busy") return endEarly(event, subject, claimed.state, claimed.why, workshop);
  const heldMs = workshop.leaseMs - claimed.retryAfterMs;
  throw new RetryLater("busy", { afterMs: Math.min(claimed.retryAfterMs, Math.max(busyMs, heldMs)) });
}

async function workLeased(work: Work, lease: Lease, state: State, calls: Calls): Promise<Ending> {
  const { event, subject, delivery: turn, workshop } = work;
  const { person, email, lifted } = subject;
  // Somebody may have been added to another group since this event was weighed.
  const verdict = hasMembership(event) ? weighMembership(event, state) : undefined;
  if (verdict?.as === "none") {
    const ending = await end(event, { person, outcome: "none", reason: verdict.reason }, workshop);
    return (await record(workshop.table, lease, {}, work.version)) ? ending : endWithoutLease(ending, work);
  }
  const acted = await actOrRefuse({ event, person, email, lifted, state, lease, turn }, calls, workshop);
  const retries = failures(state, event.id);
  const made = { ...(retries > 0 && { retries }), calls: calls.answered };
  if (!(acted instanceof Refused)) return endActed(acted, { ...work, made }, lease, state);
  const ending = await endRefused(event, person, acted, workshop, work.version, made);
  await record(workshop.table, lease, {}, undefined);
  return ending;
}

async function actOrRefuse(...args: Parameters<typeof act>): Promise<Acted | Refused> {
  try {
    return await act(...args);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

async function endActed(acted: Acted, work: Worked, lease: Lease, state: State): Promise<Ending> {
  const { event, version, subject, workshop, made } = work;
  const { person, email } = subject;
  if (!acted.held && acted.action === "none")
    await compensateEarlierAttempts(event, email, state, workshop, lease.token);
  const what = { person, action: acted.action, ...said(acted, event, state), ...made };
  const ending = acted.held
    ? await hold(event, { ...what, reason: acted.reason, ...userIdOf(acted) }, workshop, { ...subject, version })
    : { ...what, outcome: acted.applied.outcome, ...ruleOf(acted, event), ...reasonAndUser(acted.applied) };
  await end(event, ending, workshop);
  if (!acted.held) await followWithPlacement(event, email, acted, state, workshop);
  const isDone = !acted.held && workshop.config.mode === "act";
  // A leaver that was merely observed deletes nobody, and must not take the place of a planned one.
  const callsOff = isDone || event.kind !== "leaver";
  const facts: Facts = acted.held ? {} : { ...acted.applied.facts, ...(callsOff && overtakes(event, state)) };
  if (await record(workshop.table, lease, facts, isDone ? version : undefined)) {
    if (isDone) await dropOvertaken(event, person, state, workshop);
    return ending;
  }
  return endWithoutLease(ending, work);
}

// The lease ran out while Arize was slow, so somebody else may have acted on the person meanwhile. If it was their leaver, or
// suspend, what was just created has to go again, or lose what it got.
async function endWithoutLease(ending: Ending, { event, subject, workshop }: Work): Promise<Ending> {
  const state = await readState(workshop.table, subject.person);
  if (ending.action === "create" && (await compensate(event, subject.email, state, workshop))) return ending;
  throw new RetryLater("lease_lost");
}

/** What the person's source said when it was asked, and which other sources say the opposite. */
function said({ lookup }: Acted, event: LifecycleEvent, state: State): Pick<Ending, "lookup" | "contradicts"> {
  const contradicts = contradictions(state, event).join();
  return { ...(lookup && { lookup }), ...(contradicts && { contradicts }) };
}

// Which rule fits somebody is of interest where it may have mattered.
function ruleOf({ match }: { match: RuleMatch | undefined }, { kind }: LifecycleEvent) {
  const matters = kind === "joiner" || kind === "reinstate" || kind === "mover" || kind === "placement";
  return matters && match?.number !== undefined ? { rule: match.number } : {};
}

function userIdOf(of: { userId?: string | undefined }) {
  return of.userId === undefined ? {} : { userId: of.userId };
}

function reasonAndUser(of: { reason?: string; userId?: string }) {
  return { ...(of.reason !== undefined && { reason: of.reason }), ...userIdOf(of) };
}

// The wait grows with the failures of this event, not with its receives: those count lost leases and crashes too.
async function putBack(error: RetryLater, lease: Lease, state: State, workshop: Workshop): Promise<RetryLater> {
  await release(workshop.table, lease, error.ambiguous);
  const waitMs = backoffMs(failures(state, lease.event.id) + 1, workshop.backoffBaseMs, error.afterMs);
  const afterMs = error.ambiguous ? Math.max(waitMs, workshop.leaseMs) : waitMs;
  return new RetryLater(error.reason, { message: error.message, cause: error, afterMs, ambiguous: error.ambiguous });
}
