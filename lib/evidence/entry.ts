import type { AuditLog } from "../arize/audit-logs-client.ts";
import type { Answered } from "../http/transport.ts";
import { isWord, type TrailEntry } from "../ledger/trail.ts";

/** One attempt on a leaver. */
export type Attempt = Pick<TrailEntry, "attempt" | "action" | "outcome" | "reason" | "mode" | "retries" | "calls"> & {
  /** When it ended, ISO 8601. */
  at: string;
};

/** What an operator said about a leaver. */
export type Word = Pick<TrailEntry, "outcome" | "reason" | "by" | "note"> & { at: string };

/** What the person did at Arize between the trigger and their removal, or why that cannot be told. */
export type Activity = AuditLog[] | "audit logging is not enabled" | "could not be asked" | "not asked";

/** All that is known about one leaver: who asked for it, what was done, and which reading proved that they are gone. */
export interface EvidenceEntry {
  /** The keyed hash that stands for the person. */
  person: string;
  /** Left out when it is not known any more, or the bundle is redacted. */
  email?: string;
  event: string;
  source: string;
  kind: string;
  happenedAt: string;
  receivedAt: string;
  outcome: string;
  reason?: string;
  userId?: string;
  /** When Arize answered 404 for them, and in which call. */
  goneAt?: string;
  verifiedBy?: Answered;
  /** From receiving the event to that moment. */
  msToGone?: number;
  /** Removed later than the goal, or waiting for longer. */
  late: boolean;
  lateReason?: string;
  attempts: Attempt[];
  words: Word[];
  activity: Activity;
}

/** Whether an entry of somebody's history is about their leaving. */
export function isAboutLeaving({ kind, action, outcome }: TrailEntry): boolean {
  return kind === "leaver" || action === "delete" || outcome === "removed";
}

/**
 * Tells one leaver from the lines of the person's history that are about it. Pure.
 * @param lines of one event, at least one, in any order
 * @param goalMs from when on a removal counts as late, done or still waited for
 * @param now epoch milliseconds
 */
export function toEvidence(
  person: string,
  lines: readonly TrailEntry[],
  goalMs: number,
  now: number,
): EvidenceEntry | undefined {
  const sorted = lines.toSorted((a, b) => a.finishedAt.localeCompare(b.finishedAt));
  const ends = sorted.filter(({ outcome }) => !isWord({ outcome }) && outcome !== "duplicate");
  const last =
    ends.find(({ outcome }) => outcome === "removed") ?? sorted.findLast(({ outcome }) => outcome !== "duplicate");
  if (last === undefined) return undefined;
  const verifiedBy = last.outcome === "removed" ? last.calls?.findLast(isGone) : undefined;
  const goneAt = last.outcome === "removed" ? (verifiedBy?.at ?? last.finishedAt) : undefined;
  const msToGone = goneAt === undefined ? undefined : Math.max(0, Date.parse(goneAt) - Date.parse(last.receivedAt));
  const waitedMs = isWaiting(last) ? now - Date.parse(last.receivedAt) : msToGone;
  const late = waitedMs !== undefined && waitedMs > goalMs;
  return {
    person,
    event: last.event,
    source: last.source,
    kind: last.kind,
    happenedAt: last.occurredAt,
    receivedAt: last.receivedAt,
    outcome: last.outcome,
    ...(last.reason !== undefined && { reason: last.reason }),
    ...(last.userId !== undefined && { userId: last.userId }),
    ...(goneAt !== undefined && { goneAt, msToGone }),
    ...(verifiedBy !== undefined && { verifiedBy }),
    late,
    ...(late && { lateReason: whyLate(sorted) }),
    attempts: ends.map(toAttempt),
    words: sorted.filter(isWord).map(toWord),
    activity: "not asked",
  };
}

/** Whether somebody has yet to be removed: the event was held, parked, or put back on the queue by an operator. */
function isWaiting({ outcome }: TrailEntry): boolean {
  return outcome === "held" || outcome === "parked" || (isWord({ outcome }) && outcome !== "dismissed");
}

function isGone({ method, path, status }: Answered): boolean {
  return method === "GET" && path === "/v2/users/{id}" && status === 404;
}

function toAttempt({ attempt, finishedAt, action, outcome, reason, mode, retries, calls }: TrailEntry): Attempt {
  return { attempt, at: finishedAt, action, outcome, reason, mode, retries, calls };
}

function toWord({ finishedAt, outcome, reason, by, note }: TrailEntry): Word {
  return { at: finishedAt, outcome, reason, by, note };
}

function whyLate(lines: readonly TrailEntry[]): string {
  const waited = lines.filter(({ outcome }) => outcome === "held" || outcome === "parked");
  const retries = Math.max(0, ...lines.map((line) => line.retries ?? 0));
  const reasons = [
    ...(lines.some(({ outcome }) => outcome.startsWith("would_")) ? ["merely observed at first"] : []),
    ...waited.map(({ outcome, reason }) => `${outcome} (${reason})`),
    ...(retries > 0 ? [`put back on the queue ${retries} times`] : []),
  ];
  return reasons.join(", then ") || "waited on the queue";
}
