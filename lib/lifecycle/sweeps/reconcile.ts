import type { User } from "../../arize/schemas.ts";
import { isManaged, type LifecycleConfig } from "../../config.ts";
import type { Listing } from "../../ledger/listing.ts";
import { isLeaving, isSuspending, type State } from "../../ledger/state.ts";
import type { Kind, LifecycleEvent } from "../event.ts";

/**
 * What a sweep wants for one user. `missed_joiner` and `missed_leaver` are people about whom their source is asked, since
 * its listing has, or lacks, them. Two are reports: `abandoned` is an invitation that nobody accepts, `decision` somebody
 * who left, or was suspended, and is still there with their access, because that event is held, waiting, or was merely
 * observed. Whoever wants them removed sends a leaver.
 */
export interface PlanEntry {
  wants: "renew" | "remind" | "remove" | "apply" | "missed_joiner" | "missed_leaver" | "abandoned" | "decision";
  email: string;
  userId: string;
  event?: LifecycleEvent;
}

const hourMs = 3_600_000;

/**
 * What to do about one invitation: renew it when it expired, at most `maxRenewals` times with a gap that doubles; remind
 * once when it is older than `remindAfterHours`. Never for somebody known to have left. Pure.
 * @param state what the ledger knows, `undefined` for people it never met
 */
export function planInvitation(
  user: User,
  state: State | undefined,
  now: number,
  config: LifecycleConfig,
): PlanEntry | undefined {
  if (!isManaged(user.email, config) || (state !== undefined && isLeaving(state))) return undefined;
  if (state !== undefined && (state.suspended !== undefined || isSuspending(state))) return undefined;
  const invitedAt = state?.invitedAt === undefined ? user.createdAt?.getTime() : Date.parse(state.invitedAt);
  const ageHours = invitedAt === undefined ? Number.POSITIVE_INFINITY : (now - invitedAt) / hourMs;
  if (user.status === "expired") return planRenewal(user, state?.renewals ?? 0, ageHours, now, config);
  const reminded = state?.remindedAt !== undefined && Date.parse(state.remindedAt) >= (invitedAt ?? 0);
  const { remindAfterHours = Number.POSITIVE_INFINITY } = config.invitations;
  // Who knows when an invitation without a date was sent: reminding could repeat itself.
  if (user.status !== "invited" || reminded || invitedAt === undefined || ageHours < remindAfterHours) return undefined;
  const reminder = sweepEvent("invitation.resend", `remind:${user.id}:${state?.renewals ?? 0}`, user.email, now);
  const expiresAt = new Date(now + config.commandTtlMinutes * 60_000).toISOString();
  return { wants: "remind", email: user.email, userId: user.id, event: { ...reminder, expiresAt } };
}

function planRenewal(
  { id: userId, email }: User,
  renewals: number,
  ageHours: number,
  now: number,
  { invitations }: LifecycleConfig,
): PlanEntry | undefined {
  if (renewals >= invitations.maxRenewals) return { wants: "abandoned", email, userId };
  const gapHours = renewals === 0 ? 0 : invitations.renewalGapHours * 2 ** (renewals - 1);
  if (ageHours < gapHours) return undefined;
  const event = sweepEvent("invitation.renew", `renew:${userId}:${renewals + 1}`, email, now);
  return { wants: "renew", email, userId, event };
}

/**
 * Whether a full listing may be believed: it came to its end, every status is known, and it did not lose too many users
 * since the last one. One that may not deletes nobody. Pure.
 */
export function isListingTrusted(
  { users, statusesKnown }: { users: number; statusesKnown: boolean },
  last: Listing | undefined,
  maxShrink: number,
): boolean {
  return statusesKnown && (last === undefined || users >= last.users * (1 - maxShrink));
}

/** When somebody left for good, epoch milliseconds, if the ledger saw them go and nothing newer brought them back. Pure. */
export function leftForGood(state: State): number | undefined {
  if (state.goneAt === undefined || !isLeaving(state)) return undefined;
  return ((state.mark_membership ?? 1) - 1) / 2;
}

/** The leaver for somebody who is still at Arize although they left: it carries the time when they did. */
export function lingeringLeaver(userId: string, email: string, leftAt: number, now: number): LifecycleEvent {
  const event = sweepEvent("leaver", `gone:${userId}:${leftAt}`, email, now);
  return { ...event, occurredAt: new Date(leftAt).toISOString() };
}

function sweepEvent(kind: Kind, id: string, email: string, now: number): LifecycleEvent {
  const at = new Date(now).toISOString();
  return {
    id: `reconcile:${id}`,
    source: "reconcile",
    kind,
    attempt: 0,
    occurredAt: at,
    receivedAt: at,
    person: { email },
  };
}
