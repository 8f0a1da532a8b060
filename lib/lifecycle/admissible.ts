import { type LifecycleConfig, optionsOf } from "../config.ts";
import { Refused, RetryLater } from "../errors.ts";
import { maxAgeMs, maxBackoffMs } from "./backoff.ts";
import type { Kind, LifecycleEvent } from "./event.ts";

/** Where events come from that are this system's own. */
export const ownSources = ["operator", "reconcile", "compensation", "placement"] as const;

/** How far ahead a source's clock may be: 5 minutes, as Standard Webhooks allows. */
const clockSkewMs = 5 * 60_000;

/**
 * Whether an event may be worked on at all. Asked before anything is claimed: a newest event that can never succeed must
 * not make good older ones stale.
 * @param sentAt when it was put on the queue, epoch milliseconds
 * @throws RetryLater `paused`
 * @throws Refused `too_old`, `in_the_future`, `kind_not_allowed`, `role_not_allowed`
 */
export function checkAdmissible(event: LifecycleEvent, sentAt: number, now: number, config: LifecycleConfig): void {
  // Before anything else, paused or not: what SQS drops after two weeks would be gone without a trace.
  if (now - sentAt > maxAgeMs) throw new Refused("too_old");
  if (config.mode === "paused") throw new RetryLater("paused", { afterMs: maxBackoffMs });
  if (!isTrusted(event, config)) throw new Refused("kind_not_allowed");
  // It would make everything stale that happens until then, a leaver too.
  if (isFromTheFuture(event, now)) throw new Refused("in_the_future");
  if (!["joiner", "reinstate", "mover"].includes(event.kind)) return;
  const { role } = event.person;
  const name = typeof role === "string" ? role : role?.id;
  if (name !== undefined && !config.allowedRoles.includes(name)) throw new Refused("role_not_allowed");
}

/** Whether an event happened later than clocks that differ can explain. */
export function isFromTheFuture({ occurredAt }: LifecycleEvent, now: number): boolean {
  return Date.parse(occurredAt) > now + clockSkewMs;
}

/** Whether a command has outlived its purpose: nobody wants the password reset that they asked for yesterday. */
export function isExpired({ expiresAt }: LifecycleEvent, now: number): boolean {
  return expiresAt !== undefined && Date.parse(expiresAt) <= now;
}

// A hint causes nothing by itself: what its source makes of it is looked at when that has been asked.
function isTrusted(event: LifecycleEvent, config: LifecycleConfig): boolean {
  return event.kind === "changed" ? optionsOf(event.source, config) !== undefined : mayCause(event, config);
}

/** Whether the configuration trusts an event's source with its kind. */
export function mayCause({ source, kind }: Pick<LifecycleEvent, "source" | "kind">, config: LifecycleConfig): boolean {
  // Whoever may have people deleted may have them suspended, which is less.
  return allowedKinds(source, config).includes(kind === "suspend" ? "leaver" : kind);
}

function allowedKinds(source: string, config: LifecycleConfig): readonly Kind[] {
  const own: readonly string[] = ownSources;
  if (source === "placement") return ["placement"];
  if (own.includes(source)) {
    return ["joiner", "mover", "leaver", "reinstate", "invitation.resend", "invitation.renew", "password.reset"];
  }
  return optionsOf(source, config)?.allow ?? [];
}
