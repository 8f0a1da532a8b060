import type { RefusedReason } from "../lib/errors.ts";
import type { Doubt } from "../lib/lifecycle/confirm.ts";
import type { Recorded } from "../lib/lifecycle/dead-letters.ts";
import type { NoneReason } from "../lib/lifecycle/decide.ts";
import type { HoldReason } from "../lib/lifecycle/guards.ts";
import type { MembershipVerdict } from "../lib/lifecycle/membership.ts";
import type { Resolved } from "../lib/lifecycle/resolve.ts";
import type { Subject } from "../lib/lifecycle/subject.ts";

type ReasonOf<Verdict> = Extract<Verdict, { reason: unknown }>["reason"];

/** Every reason that the ledger may hold, from where each is given, so that none is added without being explained here. */
type Reason =
  | NoneReason
  | NonNullable<Resolved["nothing"]>
  | "no_email"
  | "dismissed"
  | HoldReason
  | Doubt
  | ReasonOf<MembershipVerdict>
  | ReasonOf<Subject>
  | RefusedReason
  | Recorded["reason"];

/** What each reason in the ledger means, for somebody who is asked about a person; without a full stop. */
const meanings: Record<Reason, string> = {
  already_invited: "an invitation was open already",
  already_active: "they had an account already",
  already_absent: "Arize did not list them any more",
  up_to_date: "nothing was different",
  not_a_user: "they have no account, and movers may not join",
  not_expired: "their invitation had not expired",
  not_verified: "they have not accepted their invitation, so they have no password",
  leaving: "the newest thing known is that they left",
  suspended: "the newest thing known is that they are suspended",
  not_provisioned: "none of the role rules fits them, and `unmatched` is `not_provisioned`",
  in_place: "they were in their organizations and spaces already",
  not_active: "they are hired and have not started yet",
  not_a_member: "they are in none of the groups that stand for access, and never were",
  no_email: "their source knows no address of theirs",
  dismissed: "an operator had given the event up while this attempt was on its way",
  no_lookup: "the event only hints at a change, and its source cannot be asked",
  role_change_unsupported: "Arize cannot change roles: somebody has to do it there by hand",
  unknown_role: "Arize gave a role that this version does not know",
  unknown_status: "Arize gave a status that this version does not know",
  protected_email: "they are in protectedEmails and never deleted",
  api_key_owner: "the API key is theirs",
  last_admin: "they are the last account admin",
  deletion_budget: "more deletions than guards.deletions allows",
  source_disagrees: "their source says that they have not left",
  unconfirmed: "their source cannot be asked whether they left, and `unconfirmedLeavers` is `hold`",
  possible_replay: "the leaver is older than a day, and its source does not sign the time",
  ledger_restored: "the leaver is from before the ledger was restored",
  contradicted:
    "something newer says the opposite, and is not through or came after the plan's day; or what had replaced it was dismissed",
  planned_return: "they are to start again then or later, or have back what a suspend took, and deleted never can",
  unknown_person: "the event names an id that nothing has explained",
  email_change: "the source has another address than before, which Arize cannot follow",
  membership_unknown: "they left one group, and may be in another one",
  still_member: "they left one group, and are in another one that stands for access",
  stale: "something newer was known already",
  outside_managed_domains: "their address is in none of managedDomains",
  blocked_forever:
    "they were deleted at Arize before, and this address can never be invited again: give them another one",
  kind_not_allowed: "the source's `allow` does not have this kind of event",
  role_not_allowed: "the role that the event asks for is not in allowedRoles",
  forbidden_operation: "the API key may not do this",
  invalid: "Arize refused the request",
  not_found: "Arize does not know what the request was about",
  conflict: "Arize says that it conflicts with what is there",
  invalid_argument: "the event asks for something that Arize does not take",
  not_placed:
    "Arize refused a membership: the key has to be an admin of the organization, and the ids in the rule right",
  source_refused: "the source says that the id is none of its own",
  crashes_worker: "five workers died over this event",
  too_old: "four days of tries",
  in_the_future: "it is said to have happened at a time that is still to come",
  dead_lettered: "SQS gave the message up",
  malformed_event: "what was on the queue is no event",
};

/** What a reason means; the reason itself where this version does not know it. */
export function meaningOf(reason: string | undefined): string {
  if (reason === undefined) return "no reason was written down";
  return isKnown(reason) ? meanings[reason] : reason;
}

function isKnown(reason: string): reason is Reason {
  return Object.hasOwn(meanings, reason);
}
