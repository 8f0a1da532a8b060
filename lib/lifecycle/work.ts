import { randomUUID } from "node:crypto";
import { Refused, RetryLater } from "../errors.ts";
import { hasMembership, noteMembership } from "../ledger/groups.ts";
import { writePointer } from "../ledger/pointers.ts";
import { schedule } from "../ledger/shelf.ts";
import {
  type Claim,
  claim,
  dropCounters,
  type Facts,
  failures,
  isLeaving,
  notePlan,
  readState,
  record,
  release,
  type State,
  unfinishedClaims,
  versionOf,
} from "../ledger/state.ts";
import { type Acted, act } from "./act.ts";
import { checkAdmissible, isExpired } from "./admissible.ts";
import { backoffMs, maxCrashes } from "./backoff.ts";
import { Calls } from "./calls.ts";
import { hold, park, writeEnding } from "./endings.ts";
import { eventTime, type LifecycleEvent } from "./event.ts";
import { weighMembership } from "./membership.ts";
import { identify, type Subject } from "./subject.ts";
import type { Delivery, Ending, Workshop } from "./workshop.ts";

/** How soon to look again for a lease that somebody holds: most are given back within a second, long before they end. */
const busyMs = 1_000;

type Identified = Extract<Subject, { is: "person" }>;

/**
 * Works one event to its end: checks, claim, look-up, decision, guard, action, verification, record. However it ends,
 * the end is in the ledger before this resolves, so the message may then be forgotten.
 * @throws RetryLater when the message shall come again
 */
export async function work(event: LifecycleEvent, delivery: Delivery, workshop: Workshop): Promise<Ending> {
  try {
    checkAdmissible(event, delivery.sentAt, Date.now(), workshop.config);
    const subject = await identify(event, workshop);
    if (subject.is === "person") return await workPerson(event, subject, delivery, workshop);
    const { person, reason } = subject;
    if (subject.is === "ignored") return await end(event, { person, outcome: "ignored", reason }, workshop);
    return await end(event, await hold(event, { person, reason }, workshop, subject.knownEmail), workshop);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return end(event, await park(event, workshop.identity.group(event), error, workshop), workshop);
  }
}

async function end(event: LifecycleEvent, ending: Ending, workshop: Workshop): Promise<Ending> {
  await writeEnding(event, ending, !["held", "parked"].includes(ending.outcome), workshop);
  return ending;
}

async function workPerson(
  event: LifecycleEvent,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const { person } = subject;
  const { table } = workshop;
  if (isExpired(event, Date.now())) return end(event, { person, outcome: "expired" }, workshop);
  if (subject.learn) await writePointer(table, event.source, event.person.externalId ?? "", subject.email);
  if (eventTime(event) > Date.now() && event.effectiveAt !== undefined) return postpone(event, person, workshop);
  if (await isOvertaken(event, person, workshop)) return end(event, { person, outcome: "overtaken" }, workshop);
  await waitOutCrashes(event, person, delivery, workshop);
  if (!hasMembership(event)) return workClaimed(event, versionOf(event), subject, delivery, workshop);
  const verdict = weighMembership(event, await noteMembership(table, person, event));
  if (verdict.as === "none") return end(event, { person, outcome: "none", reason: verdict.reason }, workshop);
  if (verdict.as === "hold" && !subject.released) {
    return end(event, await hold(event, { person, reason: verdict.reason }, workshop), workshop);
  }
  const version = verdict.as === "hold" ? versionOf(event) : verdict.version;
  return workClaimed(event, version, subject, delivery, workshop);
}

async function postpone(event: LifecycleEvent, person: string, workshop: Workshop): Promise<Ending> {
  if (event.kind !== "mover" && !(await notePlan(workshop.table, person, event))) {
    return end(event, { person, outcome: "overtaken" }, workshop);
  }
  await schedule(workshop.table, event, person);
  return end(event, { person, outcome: "scheduled" }, workshop);
}

// A plan made on Monday for Friday no longer counts when on Wednesday another one was made, or it was called off.
async function isOvertaken(event: LifecycleEvent, person: string, { table }: Workshop): Promise<boolean> {
  if (event.effectiveAt === undefined || event.kind === "mover") return false;
  const { plannedAt } = await readState(table, person);
  return plannedAt !== undefined && plannedAt > Date.parse(event.occurredAt);
}

/** @throws Refused `crashes_worker` for an event whose worker died too often */
async function waitOutCrashes(
  event: LifecycleEvent,
  person: string,
  delivery: Delivery,
  { table }: Workshop,
): Promise<void> {
  if (delivery.receives <= 1) return;
  const crashes = unfinishedClaims(await readState(table, person), event.id);
  if (crashes >= maxCrashes) {
    await dropCounters(table, person, event);
    throw new Refused("crashes_worker");
  }
  if (crashes > 0) await delivery.alone(crashes);
}

async function workClaimed(
  event: LifecycleEvent,
  version: number,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const { person } = subject;
  const calls = new Calls(workshop.arize, delivery);
  await ready(calls, delivery, workshop);
  const token = randomUUID();
  const claimed = await claim(workshop.table, {
    person,
    event,
    version,
    token,
    now: Date.now(),
    leaseMs: workshop.leaseMs,
  });
  if (!claimed.claimed) return endUnclaimed(event, claimed, subject, workshop);
  const lease = { person, event, token };
  try {
    const acted = await actOrRefuse({ event, ...subject, state: claimed.state }, calls, workshop);
    if (acted instanceof Refused) return await endRefused(acted, lease, workshop);
    return await endClaimed(acted, lease, claimed.state, version, subject, workshop);
  } catch (error) {
    if (error instanceof RetryLater) throw await putBack(error, lease, claimed.state, workshop);
    throw error;
  }
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

type Lease = Parameters<typeof record>[1];

async function actOrRefuse(...args: Parameters<typeof act>): Promise<Acted | Refused> {
  try {
    return await act(...args);
  } catch (error) {
    if (error instanceof Refused) return error;
    throw error;
  }
}

async function endRefused(refusal: Refused, lease: Lease, workshop: Workshop): Promise<Ending> {
  const { event, person } = lease;
  const ending = await end(event, await park(event, person, refusal, workshop), workshop);
  await record(workshop.table, lease, {}, false);
  return ending;
}

// The wait grows with the failures of this event, not with its receives: those count lost leases and crashes too.
async function putBack(error: RetryLater, lease: Lease, state: State, workshop: Workshop): Promise<RetryLater> {
  await release(workshop.table, lease, error.ambiguous);
  const waitMs = backoffMs(failures(state, lease.event.id) + 1, workshop.backoffBaseMs, error.afterMs);
  const afterMs = error.ambiguous ? Math.max(waitMs, workshop.leaseMs) : waitMs;
  return new RetryLater(error.reason, { message: error.message, cause: error, afterMs, ambiguous: error.ambiguous });
}

async function endUnclaimed(
  event: LifecycleEvent,
  claimed: Extract<Claim, { claimed: false }>,
  { person, email }: Identified,
  workshop: Workshop,
): Promise<Ending> {
  if (claimed.why === "busy") throw new RetryLater("busy", { afterMs: Math.min(claimed.retryAfterMs, busyMs) });
  // An attempt of this event that never wrote its end may have created the person after their leaver had looked.
  if (claimed.why === "stale" && unfinishedClaims(claimed.state, event.id) > 0) {
    await compensate(event, email, claimed.state, workshop);
    await dropCounters(workshop.table, person, event);
  }
  return end(event, { person, outcome: claimed.why }, workshop);
}

async function endClaimed(
  acted: Acted,
  lease: Lease,
  state: State,
  version: number,
  subject: Identified,
  workshop: Workshop,
): Promise<Ending> {
  const { event, person } = lease;
  const ending = acted.held
    ? await hold(event, { person, action: acted.action, reason: acted.reason, ...userId(acted) }, workshop)
    : {
        person,
        action: acted.action,
        outcome: acted.applied.outcome,
        ...reason(acted.applied),
        ...userId(acted.applied),
      };
  await end(event, ending, workshop);
  const facts: Facts = acted.held ? {} : { ...acted.applied.facts, ...plan(event, state) };
  const isDone = !acted.held && workshop.config.mode === "act";
  if (await record(workshop.table, lease, facts, isDone)) return ending;
  return endWithoutLease(acted, event, version, subject, workshop);
}

function userId(of: { userId?: string | undefined }) {
  return of.userId === undefined ? {} : { userId: of.userId };
}

function reason(of: { reason?: string }) {
  return of.reason === undefined ? {} : { reason: of.reason };
}

// Who leaves or comes back for good overtakes what was planned for them before.
function plan(event: LifecycleEvent, state: State): Facts {
  if (event.membership !== undefined || (event.kind !== "leaver" && event.kind !== "reinstate")) return {};
  return { plannedAt: Math.max(state.plannedAt ?? 0, Date.parse(event.occurredAt)) };
}

async function endWithoutLease(
  acted: Acted,
  event: LifecycleEvent,
  version: number,
  { person, email }: Identified,
  workshop: Workshop,
): Promise<Ending> {
  const state = await readState(workshop.table, person);
  const hasLeft = isLeaving(state) && (state.mark_membership ?? 0) > version;
  if (!hasLeft || acted.action !== "create") throw new RetryLater("lease_lost");
  await compensate(event, email, state, workshop);
  return { person, outcome: "superseded", action: "compensate" };
}

/**
 * Sends a leaver after a creation that came too late: as an event of its own, so that this deletion too goes through
 * the one path, with its guards. It carries the time of the leaver that it stands in for.
 */
async function compensate(event: LifecycleEvent, email: string, state: State, { queue }: Workshop): Promise<void> {
  if (!isLeaving(state) || event.kind === "leaver") return;
  await queue.send([
    {
      id: `compensation:${event.id}`,
      source: "compensation",
      kind: "leaver",
      attempt: event.attempt,
      occurredAt: new Date(((state.mark_membership ?? 1) - 1) / 2).toISOString(),
      receivedAt: new Date().toISOString(),
      person: { email },
    },
  ]);
}
