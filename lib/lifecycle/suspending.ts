import { type Lease, noteSuspended } from "../ledger/claim.ts";
import { dropDue, dueKey, readDue, schedule } from "../ledger/due.ts";
import { dueOf, notePlan } from "../ledger/plans.ts";
import type { State } from "../ledger/state.ts";
import { awaitsDeletion, deletionId, isDeletionOfSuspend } from "../ledger/suspension.ts";
import type { Applied } from "./apply.ts";
import type { Calls } from "./calls/calls.ts";
import type { Action } from "./decide.ts";
import { eventTime, type LifecycleEvent } from "./event.ts";
import { takeOut, unambiguous } from "./places/placing.ts";
import { endOvertaken } from "./plans.ts";
import type { Workshop } from "./workshop.ts";

type Suspend = Extract<Action, { type: "suspend" }>;

/**
 * Cuts somebody's access by what can be undone: developer permission, and the memberships that this system gave. Their
 * deletion is planned first, so that it comes even when the cutting fails; a reinstatement or a joiner calls it off.
 * It is planned for somebody who is not at Arize too: nobody else would look whether a creation that was under way got
 * them there after all. A suspend of somebody whose deletion is still to come takes what is left, and puts nothing off:
 * whatever repeats itself would keep them for ever.
 * @throws Refused, RetryLater; both leave everything to be tried again, which does no harm
 */
export async function suspend(
  action: Suspend,
  event: LifecycleEvent,
  state: State,
  calls: Calls,
  lease: Lease,
  workshop: Workshop,
): Promise<Applied> {
  const { userId, developer, remove } = action;
  const isRepeated = awaitsDeletion(state, Date.now()) && state.suspended?.event !== event.id;
  const suspended = {
    ...(isRepeated && state.suspended
      ? state.suspended
      : {
          at: eventTime(event),
          event: event.id,
          source: event.source,
          replaced: await replacedBy(event, state, workshop),
        }),
    isDeveloper: state.suspended?.isDeveloper ?? (userId === undefined ? undefined : developer),
  };
  // Noted before the plan is made: whoever joins again calls a plan off only for somebody known to be suspended.
  await noteSuspended(workshop.table, lease, suspended);
  if (!isRepeated) await planDeletion(event, action.email, lease.person, workshop);
  if (userId === undefined) return { outcome: "suspended", reason: "already_absent", facts: { suspended } };
  const isCut = !developer && remove.length === 0;
  if (isRepeated && isCut) return { outcome: "none", reason: "suspended", userId, facts: { suspended } };
  try {
    if (developer) await calls.write((client, options) => client.update(userId, { isDeveloper: false }, options));
    for (const place of remove) await takeOut(place, userId, calls);
  } catch (error) {
    throw unambiguous(error);
  }
  return { outcome: "suspended", userId, facts: { suspended, placed: [] } };
}

// The last day that the deletion is about to replace; where an earlier attempt did, what that noted.
async function replacedBy(
  { id }: LifecycleEvent,
  state: State,
  { table }: Workshop,
): Promise<LifecycleEvent | undefined> {
  const due = dueOf(state, "leaver");
  const planned = due === undefined ? undefined : await readDue(table, due);
  if (planned !== undefined && !isDeletionOfSuspend(planned)) return planned;
  return state.suspended?.event === id ? state.suspended.replaced : undefined;
}

// In the name of the same source: what it is trusted with, and whether it is asked before a deletion, holds for this one.
async function planDeletion(event: LifecycleEvent, email: string, person: string, workshop: Workshop): Promise<void> {
  const { config, table } = workshop;
  const at = new Date(eventTime(event) + config.suspension.deleteAfterHours * 3_600_000).toISOString();
  const leaver: LifecycleEvent = {
    id: deletionId(event.id),
    source: event.source,
    kind: "leaver",
    attempt: event.attempt,
    occurredAt: event.occurredAt,
    receivedAt: event.receivedAt,
    effectiveAt: at,
    person: { email, externalId: event.person.externalId },
  };
  const key = dueKey(leaver);
  const noted = await notePlan(table, person, "leaver", Date.parse(event.occurredAt), key);
  // A last day that was planned since, or a return, counts instead.
  if (noted === false) return;
  await schedule(table, leaver, person);
  if (noted.replaces === undefined || noted.replaces === key) return;
  const replaced = await dropDue(table, noted.replaces);
  if (replaced !== undefined) await endOvertaken(replaced, person, workshop);
}
