import { isLeaving, type State } from "../lib/ledger/state.ts";
import type { PersonReport } from "../ops/person.ts";

/** What should be found at Arize by what the ledger knows, in words. */
export interface Expectation {
  /** `there`, `gone`, or `nothing` when no event about them ever came through. */
  expects: "there" | "gone" | "nothing";
  lines: string[];
}

/** Reads a person's state as what it expects. Pure. @param maxRenewals as configured */
export function expectationOf(state: State, maxRenewals: number): Expectation {
  const {
    mark_membership,
    goneAt,
    leftAt,
    userId,
    invitedAt,
    renewals = 0,
    suspended,
    roleReport,
    placed = [],
  } = state;
  if (mark_membership === undefined && goneAt === undefined && invitedAt === undefined)
    return { expects: "nothing", lines: ["No event about their membership came through."] };
  const lines: string[] = [];
  const isGone = goneAt !== undefined || isLeaving(state);
  if (goneAt !== undefined) lines.push(`Gone since ${goneAt}.`);
  else if (isGone) lines.push("The newest thing known is that they left; they were not seen to be gone yet.");
  else lines.push("They should have an account, or an open invitation.");
  if (leftAt !== undefined) lines.push(`Their newest leaver happened ${new Date(leftAt).toISOString()}.`);
  if (invitedAt !== undefined && !isGone) lines.push(`Invited ${invitedAt}.`);
  if (renewals > 0 && !isGone) lines.push(`Renewals so far: ${renewals}, of ${maxRenewals}.`);
  if (suspended !== undefined) lines.push(`Suspended since ${new Date(suspended.at).toISOString()}.`);
  if (roleReport !== undefined) lines.push(`A role change that Arize cannot make was reported: ${roleReport}.`);
  if (placed.length > 0) lines.push(`Put into ${placed.length} organizations and spaces.`);
  if (userId !== undefined) lines.push(`Known at Arize as ${userId}.`);
  return { expects: isGone ? "gone" : "there", lines };
}

/** Whether Arize has what the ledger expects; `undefined` where nobody can tell. Pure. */
export function isAsExpected({ expects }: Expectation, atArize: PersonReport["atArize"]): boolean | undefined {
  if (typeof atArize === "string" || expects === "nothing") return undefined;
  return (atArize !== null) === (expects === "there");
}
