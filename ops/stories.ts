import { isWord, type TrailEntry } from "../lib/ledger/trail.ts";
import { meaningOf } from "./reasons.ts";

/** An event of the person's that waits outside the queue. */
export interface WaitingEvent {
  where: "held" | "parked" | "due";
  id: string;
  kind: string;
  reason: string;
  /** ISO 8601. */
  since: string;
}

/**
 * Why what somebody may have expected did not happen, or has not yet: everything that waits, and the newest end if it changed
 * nothing. Pure.
 */
export function storiesOf(
  entries: readonly TrailEntry[],
  waiting: readonly WaitingEvent[],
  isListed: boolean,
): string[] {
  if (entries.length === 0 && waiting.length === 0) {
    const where = isListed
      ? "They were there before, or somebody else invited them."
      : "Look at the sender's delivery log.";
    return [`No event about this address ever arrived. ${where}`];
  }
  return [...waiting.map(waitingStory), ...queuedStories(entries), ...newestStory(entries, waiting)];
}

function waitingStory({ where, kind, id, reason, since }: WaitingEvent): string {
  if (where === "due") return `A ${kind} waits for its day, ${reason} (${id}).`;
  return `A ${kind} is ${where} since ${since}: ${reason}, ${meaningOf(reason)} (${id}).`;
}

function queuedStories(entries: readonly TrailEntry[]): string[] {
  const ended = new Set(entries.filter((entry) => !isWord(entry)).map(({ event }) => event));
  const queued = entries.filter(({ outcome, event }) => outcome === "asked" && !ended.has(event));
  return queued.map(({ event, kind, by, receivedAt }) => {
    return `A ${kind} that ${by} asked for on ${receivedAt} is still on the queue (${event}).`;
  });
}

function newestStory(entries: readonly TrailEntry[], waiting: readonly WaitingEvent[]): string[] {
  const isEnd = (entry: TrailEntry) => entry.outcome === "dismissed" || !isWord(entry);
  const newest = entries.findLast((entry) => entry.outcome !== "duplicate" && isEnd(entry));
  // What waits has been told of, and so has that they are gone.
  if (newest === undefined || waiting.some(({ id }) => id === newest.event)) return [];
  const why = newest.reason === "already_absent" ? undefined : whyNothing(newest);
  return why === undefined ? [] : [`The newest ${newest.kind} came to ${newest.outcome}: ${why} (${newest.event}).`];
}

function whyNothing({ outcome, reason, by, note }: TrailEntry): string | undefined {
  if (outcome.startsWith("would_")) return "the mode is observe, so nothing was changed";
  switch (outcome) {
    case "none":
    case "ignored":
      return `${reason}, ${meaningOf(reason)}`;
    case "stale":
      return "something newer was known already";
    case "expired":
      return "it came too late to be wanted";
    case "overtaken":
      return "something newer took its place";
    case "forgotten":
      return `${by} had what was kept about them erased`;
    case "dismissed":
      return `${by} gave it up${note ? `: ${note}` : ""}`;
    default:
      return undefined;
  }
}
