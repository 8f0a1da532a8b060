import { dropCounters, failures, isLeaving, type State, unfinishedClaims } from "../ledger/state.ts";
import { end } from "./endings.ts";
import type { LifecycleEvent } from "./event.ts";
import type { Ending, Workshop } from "./workshop.ts";

/** Who an event is about, as far as this goes. */
interface Who {
  person: string;
  email: string;
}

/**
 * Ends an event that will not be claimed (again). An earlier attempt of it that never wrote its end may have created the
 * person after their leaver had looked: then another leaver follows.
 * @param outcome `undefined` when the end is written already
 * @throws RetryLater
 */
export async function endEarly(
  event: LifecycleEvent,
  { person, email }: Who,
  state: State,
  outcome: "expired" | "overtaken" | "stale" | "duplicate" | undefined,
  workshop: Workshop,
): Promise<Ending> {
  if (unfinishedClaims(state, event.id) > 0 || failures(state, event.id) > 0) {
    await compensate(event, email, state, workshop);
    await dropCounters(workshop.table, person, event);
  }
  const ending = { person, outcome: outcome ?? "parked" };
  return outcome === undefined ? ending : end(event, ending, workshop);
}

/** The same for an event that was claimed and found nothing to do: its own claim does not count. @throws RetryLater */
export async function compensateEarlierAttempts(
  event: LifecycleEvent,
  email: string,
  state: State,
  workshop: Workshop,
): Promise<void> {
  if (unfinishedClaims(state, event.id) > 1 || failures(state, event.id) > 0) {
    await compensate(event, email, state, workshop);
  }
}

/**
 * Sends a leaver after a creation that came too late: as an event of its own, so that this deletion too goes through
 * the one path, with its guards. It carries the time of the leaver that it stands in for.
 * @returns whether there is such a leaver
 * @throws RetryLater
 */
export async function compensate(
  event: LifecycleEvent,
  email: string,
  state: State,
  { queue }: Workshop,
): Promise<boolean> {
  if (!isLeaving(state) || event.kind === "leaver") return false;
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
  return true;
}
