import { Refused, RetryLater } from "../errors.ts";
import { isDismissed } from "../ledger/dismissals.ts";
import { hasMembership, type MembershipEvent, noteMembership } from "../ledger/groups.ts";
import { writePointer } from "../ledger/pointers.ts";
import { isDone, readState, type State, unfinishedClaims, versionOf } from "../ledger/state.ts";
import { checkAdmissible, isExpired } from "./admissible.ts";
import { maxCrashes } from "./backoff.ts";
import { workClaimed } from "./claimed.ts";
import { isDue, withEffectiveAt } from "./dates.ts";
import { end, endRefused, hold } from "./endings.ts";
import { type LifecycleEvent, takesAway } from "./event.ts";
import { endEarly } from "./late.ts";
import { weighMembership } from "./membership.ts";
import { closeOpen, giveUpOpen, leaveOpen } from "./open.ts";
import { isPlanOvertaken, planDoubts, postpone } from "./plans.ts";
import { canBeRead, type Resolved, readPerson, resolve } from "./resolve.ts";
import { identify, type Subject } from "./subject.ts";
import type { Delivery, Ending, Workshop } from "./workshop.ts";

type Identified = Extract<Subject, { is: "person" }>;

/**
 * Works one event to its end: checks, claim, look-up, decision, guard, action, verification, record. However it ends,
 * the end is in the ledger before this resolves, so the message may then be forgotten.
 * @throws RetryLater when the message shall come again
 */
export async function work(given: LifecycleEvent, delivery: Delivery, workshop: Workshop): Promise<Ending> {
  const event = withEffectiveAt(given, workshop.config);
  const cameBefore = delivery.receives > 1 || event.attempt > 0;
  if (cameBefore && (await isDismissed(workshop.table, event))) return endDismissed(event, workshop);
  const ending = await workOnce(event, delivery, workshop).catch(async (error: unknown) => {
    await leaveOpen(event, workshop).catch(orComeAgain);
    throw error;
  });
  if (["held", "parked"].includes(ending.outcome)) await leaveOpen(event, workshop);
  else if (cameBefore && isThrough(ending, workshop)) await closeOpen(event, ending.person, workshop.table);
  return ending;
}

// What is stale, or was merely observed, may have called off nothing: a plan that is older waits for an operator. Plans are
// kept, and overtaken, in any mode.
function isThrough({ outcome }: Ending, { config }: Workshop): boolean {
  return ["scheduled", "overtaken"].includes(outcome) || (outcome !== "stale" && config.mode === "act");
}

// What cannot be noted now is when the event comes again.
function orComeAgain(error: unknown): void {
  if (!(error instanceof RetryLater)) throw error;
}

async function workOnce(event: LifecycleEvent, delivery: Delivery, workshop: Workshop): Promise<Ending> {
  let resolved: Resolved;
  try {
    checkAdmissible(event, delivery.sentAt, Date.now(), workshop.config);
    resolved = await resolve(event, delivery, workshop);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return endInadmissible(event, error, delivery, workshop);
  }
  const { lookup } = resolved.event;
  return { ...(lookup && { lookup }), ...(await workResolved(resolved, delivery, workshop)) };
}

async function workResolved({ event, nothing }: Resolved, delivery: Delivery, workshop: Workshop): Promise<Ending> {
  const subject = await identify(event, workshop);
  const { person } = subject;
  if (subject.is === "ignored") return end(event, { person, outcome: "ignored", reason: subject.reason }, workshop);
  if (nothing !== undefined) return end(event, { person, outcome: "none", reason: nothing }, workshop);
  if (subject.is === "person") return workPerson(event, subject, delivery, workshop);
  // Somebody who works there without an address cannot be invited, and there is nothing for an operator to decide.
  const isNameless = subject.reason === "unknown_person" && event.lookup === "active" && !takesAway(event.kind);
  if (isNameless) return end(event, { person, outcome: "none", reason: "no_email" }, workshop);
  return end(event, await hold(event, { person, reason: subject.reason }, workshop, subject), workshop);
}

async function endDismissed(event: LifecycleEvent, workshop: Workshop): Promise<Ending> {
  const subject = await identify(event, workshop);
  const ending = await end(event, { person: subject.person, outcome: "none", reason: "dismissed" }, workshop);
  await seeToEarlierAttempts(event, subject, workshop);
  await giveUpOpen(event, subject.person, workshop);
  return ending;
}

async function endInadmissible(
  event: LifecycleEvent,
  refusal: Refused,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const subject = await identify(event, workshop);
  const ending = await endRefused(event, subject.person, refusal, workshop);
  if (delivery.receives > 1 || event.attempt > 0) await seeToEarlierAttempts(event, subject, workshop);
  return ending;
}

async function seeToEarlierAttempts(event: LifecycleEvent, subject: Subject, workshop: Workshop): Promise<void> {
  if (subject.is !== "person") return;
  await endEarly(event, subject, await readState(workshop.table, subject.person), undefined, workshop);
}

async function workPerson(
  event: LifecycleEvent,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const { person } = subject;
  const { table } = workshop;
  if (subject.learn) await writePointer(table, event.source, event.person.externalId ?? "", subject.learn);
  if (!isDue(event, Date.now())) return postpone(event, person, workshop);
  // What came before is of interest only to an event that did: to most there is nothing to read.
  const isFirst = delivery.receives <= 1 && event.attempt === 0 && event.effectiveAt === undefined;
  const state = isFirst ? undefined : await readState(table, person);
  if (state !== undefined) {
    const ended = await endKnown(event, subject, state, workshop);
    if (ended !== undefined) return ended;
    await waitForOthers(event, state, delivery);
  } else if (isExpired(event, Date.now())) return end(event, { person, outcome: "expired" }, workshop);
  if (hasMembership(event)) return workMembership(event, subject, delivery, workshop);
  return workClaimed(event, versionOf(event), subject, delivery, workshop);
}

/** Ends what the ledger knows to be over, or not to be for this system to decide. */
async function endKnown(
  event: LifecycleEvent,
  subject: Identified,
  state: State,
  workshop: Workshop,
): Promise<Ending | undefined> {
  if (isExpired(event, Date.now())) return endEarly(event, subject, state, "expired", workshop);
  if (isPlanOvertaken(event, state)) return endEarly(event, subject, state, "overtaken", workshop);
  // Before it is claimed: its mark must not make the opposite stale while it waits. What is through will be a duplicate.
  const isPlan = event.effectiveAt !== undefined && !isDone(state, event, versionOf(event));
  const doubts = isPlan ? planDoubts(event, state, workshop.config) : [];
  const reason = doubts.find((doubt) => !subject.lifted.includes(doubt));
  if (reason !== undefined) {
    return end(event, await hold(event, { person: subject.person, reason }, workshop, subject), workshop);
  }
  if (unfinishedClaims(state, event.id) >= maxCrashes) return endCrashed(event, subject, state, workshop);
  return undefined;
}

/** An event that may have killed its worker waits until it is alone, so that it takes nobody along. */
async function waitForOthers(event: LifecycleEvent, state: State, delivery: Delivery): Promise<void> {
  const crashes = unfinishedClaims(state, event.id);
  if (crashes > 0) await delivery.alone(crashes);
}

async function endCrashed(
  event: LifecycleEvent,
  subject: Identified,
  state: State,
  workshop: Workshop,
): Promise<Ending> {
  const ending = await endRefused(event, subject.person, new Refused("crashes_worker"), workshop);
  await endEarly(event, subject, state, undefined, workshop);
  return ending;
}

async function workMembership(
  event: MembershipEvent,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const { person } = subject;
  const verdict = weighMembership(event, await noteMembership(workshop.table, person, event));
  // Who left one of their groups and is in another may belong elsewhere now: that is a move.
  if (verdict.as === "none" && verdict.reason === "still_member" && workshop.config.roles.length > 0) {
    const { membership: _, ...rest } = event;
    const moved: LifecycleEvent = { ...rest, kind: "mover" };
    return workClaimed(moved, versionOf(moved), subject, delivery, workshop);
  }
  if (verdict.as === "none") return end(event, { person, outcome: "none", reason: verdict.reason }, workshop);
  if (verdict.as !== "hold") return workClaimed(event, verdict.version, subject, delivery, workshop);
  if (subject.lifted.includes(verdict.reason)) {
    return workClaimed(event, versionOf(event), subject, delivery, workshop);
  }
  if (canBeRead(event, workshop)) return askForMembership(event, subject, delivery, workshop);
  return end(event, await hold(event, { person, reason: verdict.reason }, workshop, subject), workshop);
}

// What no event ever said, the source knows: whether they are in another of the groups.
async function askForMembership(
  event: MembershipEvent,
  subject: Identified,
  delivery: Delivery,
  workshop: Workshop,
): Promise<Ending> {
  const { person } = subject;
  const { said: lookup } = await readPerson(event, delivery, workshop);
  if (lookup === "active") {
    return end(event, { person, outcome: "none", reason: "still_member", lookup }, workshop);
  }
  return workClaimed(event, versionOf(event), subject, delivery, workshop);
}
