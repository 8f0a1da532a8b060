import { groupMark, type MembershipEvent } from "../ledger/groups.ts";
import { type State, versionOf } from "../ledger/state.ts";

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
  const newest = Math.max(0, ...seen);
  const leftAt = state.leftAt ?? Number.NEGATIVE_INFINITY;
  const isMember = seen.some((mark) => mark % 2 === 0 && mark / 2 > leftAt);
  if (event.membership.change === "added") {
    if (!isMember) return { as: "none", reason: "stale" };
    return { as: "joiner", version: newest % 2 === 0 ? newest : newest + 1 };
  }
  if (isMember) return { as: "none", reason: "still_member" };
  // Someone who was here before this system may be in a group that no event ever spoke of: that is no licence to delete.
  if (seen.length < marks.length && state.createdHere !== true) return { as: "hold", reason: "membership_unknown" };
  return { as: "leaver", version: Math.max(versionOf(event), newest % 2 === 1 ? newest : newest + 1) };
}
