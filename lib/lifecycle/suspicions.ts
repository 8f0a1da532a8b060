import { findSource } from "../sources/index.ts";
import type { LifecycleEvent } from "./event.ts";
import type { PlanDoubt } from "./plans.ts";

/** What speaks against a leaver: something newer about the person may have been said, and not be known here. */
export type Suspicion = "possible_replay" | "ledger_restored" | PlanDoubt;

/** A leaver that was under way for longer than this, by its own time, is no late delivery any more: a day. */
const longestWayMs = 24 * 3_600_000;

/**
 * Why a leaver's word is not enough to delete somebody. Whoever captured a request of a source that signs no time can send
 * it again for ever; and after the ledger was restored, a joiner or a cancelled last day from before may be forgotten, as
 * may be the other groups that somebody is in. Pure.
 * @param known.restoredAt when the ledger took up after a restore, epoch milliseconds; see `origin.ts`
 * @param known.isConfirmed whether the event's source was asked just now and no longer wants the person in: then it is no
 * replay, while another source's word may still be forgotten
 */
export function suspicionsOf(
  event: LifecycleEvent,
  { restoredAt, isConfirmed }: { restoredAt: number | undefined; isConfirmed: boolean },
): Suspicion[] {
  const saidAt = Date.parse(event.occurredAt);
  const isLate = Date.parse(event.receivedAt) - saidAt > longestWayMs;
  const mayBeReplay = isLate && !isConfirmed && findSource(event.source)?.signsTime === false;
  const needsOldMarks = (event.membership?.among.length ?? 0) > 1;
  const isForgotten = restoredAt !== undefined && (saidAt < restoredAt || needsOldMarks);
  return [
    ...(mayBeReplay ? (["possible_replay"] as const) : []),
    ...(isForgotten ? (["ledger_restored"] as const) : []),
  ];
}
