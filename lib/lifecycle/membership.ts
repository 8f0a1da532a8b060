import { groupMark, type MembershipEvent } from "../ledger/groups.ts";
import type { State } from "../ledger/state.ts";

/**
 * What an event about one of several groups means for the person as a whole.
 * `version` orders it against everything else that is known about their membership.
 */
export type MembershipVerdict =
  | { as: "joiner" | "leaver"; version: number }
  | { as: "none"; reason: "still_member" | "stale" }
  | { as: "hold"; reason: "membership_unknown" };

/**
 * Weighs a membership event against the person's other groups. Each group has a mark of its own, even when they were
 * added and odd when removed, so that events which overtake each other still add up. Pure.
 * @param state with this event's own mark already in it
 */
export function weighMembership(event: MembershipEvent, state: State): MembershipVerdict {
  const marks = event.membership.among.map((group) => state[groupMark(event.source, group)]);
  const seen = marks.filter((mark) => typeof mark === "number");
  // A verdict comes from everything known of all groups, so it outranks the verdicts from less that came before it.
  const base = Math.max(0, ...seen, state.mark_groups ?? 0);
  const leftAt = state.leftAt ?? Number.NEGATIVE_INFINITY;
  const isMember = seen.some((mark) => mark % 2 === 0 && mark / 2 > leftAt);
  if (event.membership.change === "added") {
    if (!isMember) return { as: "none", reason: "stale" };
    return { as: "joiner", version: base % 2 === 0 ? base : base + 1 };
  }
  if (isMember) return { as: "none", reason: "still_member" };
  // They may be in a group that no event ever spoke of, since before this system was there: that is no licence to delete.
  if (seen.length < marks.length && !event.membership.assumeAbsent) return { as: "hold", reason: "membership_unknown" };
  return { as: "leaver", version: base % 2 === 1 ? base : base + 1 };
}
