import { RetryLater } from "../errors.ts";
import { dropCounters } from "../ledger/claim.ts";
import { failures, isLeaving, isSuspending, newestWordAt, type State, unfinishedClaims } from "../ledger/state.ts";
import { end } from "./endings.ts";
import { type LifecycleEvent, takesAway } from "./event.ts";
import type { Ending, Workshop } from "./workshop.ts";

/** Who an event is about, as far as this goes. */
interface Who {
  person: string;
  email: string;
}

/**
 * Ends an event that will not be claimed (again). An earlier attempt of it that never wrote its end may have created the
 * person after their leaver, or suspend, had looked: then another one follows.
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
    if (mayCreate(event, workshop)) await compensate(event, email, state, workshop);
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
  ownToken: string,
): Promise<void> {
  const wasTried = unfinishedClaims(state, event.id) > 1 || failures(state, event.id) > 0;
  if (wasTried && mayCreate(event, workshop)) await compensate(event, email, state, workshop, ownToken);
}

function mayCreate({ kind }: LifecycleEvent, { config }: Workshop): boolean {
  if (kind === "mover") return config.moversMayJoin;
  return !takesAway(kind) && kind !== "password.reset" && kind !== "changed" && kind !== "placement";
}

/**
 * Sends a leaver, or a suspend, after a creation that may have come too late: as an event of its own, so that this too goes
 * through the one path, with its guards. It carries the time of the one that it stands in for. One that has not ended
 * yet will look for itself: when it is at work just now nobody can tell what it will see, so this event comes again.
 * @returns whether the newest thing known is that they left, or are suspended
 * @throws RetryLater
 */
export async function compensate(
  event: LifecycleEvent,
  email: string,
  state: State,
  { queue }: Workshop,
  ownToken?: string,
): Promise<boolean> {
  if (!isLeaving(state) && !isSuspending(state)) return false;
  if (state.done_membership !== state.mark_membership) {
    if ((state.leaseUntil ?? 0) > Date.now() && state.leaseOwner !== ownToken)
      throw new RetryLater("busy", { afterMs: 1_000 });
    return true;
  }
  await queue.send([
    {
      id: `compensation:${event.id}`,
      source: "compensation",
      kind: isLeaving(state) ? "leaver" : "suspend",
      attempt: event.attempt,
      occurredAt: new Date(newestWordAt(state)).toISOString(),
      receivedAt: new Date().toISOString(),
      person: { email },
    },
  ]);
  return true;
}
