/** Longest wait between two attempts. With full jitter an outage of 24 hours costs 200 to 230 receives of a message. */
export const maxBackoffMs = 15 * 60_000;

/** A message older than this is parked instead of tried again: 4 days, well under the queues' retention of 14. */
export const maxAgeMs = 4 * 24 * 3_600_000;

/** An event whose worker died this often is parked: it is what kills the worker. */
export const maxCrashes = 5;

/**
 * How long to wait before the next attempt, in milliseconds: exponential with full jitter, and never less than what the
 * service asked for plus a little jitter, so that those who were told the same do not come back together. It grows even
 * then: a service that says "a minute" for a whole day must not use up a message's receives.
 * @param failed how many attempts failed before this wait, from 1
 */
export function backoffMs(
  failed: number,
  baseMs: number,
  afterMs: number | undefined,
  random: () => number = Math.random,
): number {
  const ceiling = Math.min(maxBackoffMs, baseMs * 2 ** Math.min(failed - 1, 30));
  const own = random() * ceiling;
  return afterMs === undefined ? own : Math.min(maxBackoffMs, Math.max(own, afterMs + random() * baseMs));
}
