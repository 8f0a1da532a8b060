import { isManaged, type LifecycleConfig } from "../../config.ts";
import { isLeaving, isSuspendWaiting, type State } from "../../ledger/state.ts";
import { awaitsDeletion } from "../../ledger/suspension.ts";
import { cameFrom, externalIdAt, lastWord } from "../../ledger/ties.ts";
import { mayCause } from "../admissible.ts";
import type { LifecycleEvent } from "../event.ts";

/** Somebody in, or tied to, a source's listing. */
export interface Listed {
  source: string;
  externalId: string;
  email: string;
}

/**
 * A hint about somebody whom a listing has, or lacks, against what is known. It only has their source asked about them:
 * that answer decides, and a listing by itself removes nobody. There is one hint a person, so that one that is held or
 * parked is not sent again each day.
 * @param at when the listing was read, epoch milliseconds
 */
export function hintOf({ source, externalId, email }: Listed, at: number): LifecycleEvent {
  const occurredAt = new Date(at).toISOString();
  return {
    id: `${source}:list:${externalId}`.slice(0, 300),
    source,
    kind: "changed",
    attempt: 0,
    occurredAt,
    receivedAt: new Date().toISOString(),
    person: { externalId, email },
  };
}

/** Whether somebody is in a source's listing of whom it had not said yet that they joined. Pure. */
export function isMissedJoiner({ source, email }: Listed, state: State | undefined, config: LifecycleConfig): boolean {
  if (!isManaged(email, config) || !mayCause({ source, kind: "joiner" }, config)) return false;
  return state === undefined || lastWord(state, source) !== "joined";
}

/**
 * The id at a source of a user of Arize who came from there and whom its listing does not have any more. Somebody whom
 * neither an event nor an earlier listing of that source gave access is none of its people, whatever its listing lacks.
 * Pure.
 */
export function missedLeaver(
  { source, email }: Omit<Listed, "externalId">,
  state: State,
  now: number,
  config: LifecycleConfig,
): string | undefined {
  if (!isManaged(email, config) || !mayCause({ source, kind: "leaver" }, config)) return undefined;
  // Whose leaver or suspend came is gone, or held, or waits, or is deleted on the day that was planned.
  const isOut = isLeaving(state) || isSuspendWaiting(state) || awaitsDeletion(state, now);
  return isOut || !cameFrom(state, source) ? undefined : externalIdAt(state, source);
}
