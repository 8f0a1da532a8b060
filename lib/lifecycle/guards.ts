import type { LifecycleConfig } from "../config.ts";
import type { Spent } from "../ledger/budget.ts";
import type { Suspicion } from "./suspicions.ts";

/** Why a deletion waits for an operator. */
export type HoldReason = "protected_email" | "api_key_owner" | "last_admin" | "deletion_budget" | Suspicion;

export interface DeletionFacts {
  /** Every address the person is known by, normalized. */
  emails: readonly string[];
  isAdmin: boolean;
  /** Whether another active admin was seen at Arize just now; asked for admins only. */
  otherAdmin: boolean;
  /** What speaks against taking the leaver's word, as far as no operator has released it from that. */
  suspicions: readonly Suspicion[];
  spent: Spent;
  /** Users in the last full listing that could be trusted. */
  users: number | undefined;
  /** Whether an operator released this very event from the budget; that lifts no other guard. */
  released: boolean;
}

export type Verdict = { go: true } | { go: false; reason: HoldReason };

export type GuardPolicy = Pick<LifecycleConfig, "protectedEmails" | "apiKeyOwner" | "guards">;

/**
 * Whether a person may be deleted now. Deleting at Arize is for ever, so every deletion comes through here, and those
 * who must never be deleted are not even after a release. Pure.
 */
export function guard(facts: DeletionFacts, policy: GuardPolicy): Verdict {
  const reason = whyProtected(facts.emails, policy);
  if (reason !== undefined) return hold(reason);
  if (facts.isAdmin && !facts.otherAdmin) return hold("last_admin");
  const [suspicion] = facts.suspicions;
  if (suspicion !== undefined) return hold(suspicion);
  if (facts.released || facts.spent.reserved) return { go: true };
  return withinBudget(facts, policy) ? { go: true } : hold("deletion_budget");
}

/** Why a person may be neither deleted nor suspended, whatever an operator releases. Pure. */
export function whyProtected(
  emails: readonly string[],
  policy: Pick<GuardPolicy, "protectedEmails" | "apiKeyOwner">,
): HoldReason | undefined {
  if (emails.some((email) => policy.protectedEmails.includes(email))) return "protected_email";
  return emails.includes(policy.apiKeyOwner) ? "api_key_owner" : undefined;
}

function hold(reason: HoldReason): Verdict {
  return { go: false, reason };
}

function withinBudget({ spent, users }: DeletionFacts, { guards }: GuardPolicy): boolean {
  const { perHour, perDay, shareOfUsers, floor } = guards.deletions;
  // Before the first listing nobody knows what the share is of: the floor is all there is.
  const ofShare = Math.max(floor, Math.floor(shareOfUsers * (users ?? 0)));
  return spent.lastHour < perHour && spent.lastDay < Math.min(perDay, ofShare);
}
