import * as z from "zod/mini";
import { urlOf } from "../local/environment.ts";
import { leaks } from "../test/support/silence.ts";
import type { Lab } from "./lab.ts";
import { type Expected, expect, isCalledOff, isTooSoonOrTooLate } from "./model.ts";
import type { Operator, Waiting } from "./operator.ts";
import type { Fact, Person } from "./people.ts";
import type { Plan } from "./plan.ts";
import { type Sent, seenOf } from "./send-all.ts";
import { ledgerId } from "./senders.ts";

/** What must be zero, and who it is about where it is not. */
export interface Zeros {
  /** Accepted, and never brought to an end. */
  lost: string[];
  /** Deleted, although they belong there. */
  wronglyDeleted: string[];
  /** Deleted beyond what the budget allows, without anybody's word. */
  overBudget: string[];
  /** Still there, although they left. */
  leftBehind: string[];
  /** Not there, although they belong there and nobody deleted them. */
  missing: string[];
  /** There, under another name than their newest. */
  outOfDate: string[];
  /** Held or parked for a reason that their story does not give. */
  stuck: string[];
  /** Sent more mails than were asked for and could not be helped. */
  mailedTooOften: string[];
  /** What a log line or a queue attribute says that may not be said there. */
  told: string[];
}

/** What a run that wronged nobody comes to. */
export function allZero(): Zeros {
  return {
    lost: [],
    wronglyDeleted: [],
    overBudget: [],
    leftBehind: [],
    missing: [],
    outOfDate: [],
    stuck: [],
    mailedTooOften: [],
    told: [],
  };
}

export interface Verdict {
  zeros: Zeros;
  deleted: number;
  mails: { sent: number; sentTwice: number; unseen: number };
  /** From being received to their end, sorted, milliseconds of the lab. */
  times: number[];
}

const userSchema = z.object({ id: z.string(), email: z.string(), name: z.string(), status: z.string() });
const mailsSchema = z.object({
  mails: z.record(z.string(), z.object({ invitation: z.number(), resend: z.number(), reset: z.number() })),
});
export type User = z.infer<typeof userSchema>;

export async function fake(lab: Lab, method: string, path: string, body?: unknown): Promise<unknown> {
  const init = { method, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${urlOf(lab.ports.arize)}/_fake/${path}`, init);
  return response.json();
}

/** Compares what has become of everybody with what had to. */
export async function judge(plan: Plan, sent: Sent, lab: Lab, operator: Operator, budget: number): Promise<Verdict> {
  const { users } = z.object({ users: z.array(userSchema) }).parse(await fake(lab, "GET", "users"));
  const { mails } = mailsSchema.parse(await fake(lab, "GET", "mails"));
  const byEmail = new Map(users.map((user) => [user.email, user]));
  const zeros = { ...allZero(), told: leaks() };
  const seen = seenOf(sent, lab);
  const waiting = await operator.waiting();
  const waits = new Set(waiting.map(({ email }) => email));
  for (const person of plan.people) {
    const user = byEmail.get(person.email);
    const expected = expect(person, seen);
    const { is } = expected;
    // Whoever waits for an operator's word on their leaving is not updated meanwhile.
    judgePerson(person, user, is === "either" && waits.has(person.email) ? { is } : expected, zeros);
    const deletedAt = user && lab.watch.deletions.get(user.id);
    if (deletedAt !== undefined && isTooSoonOrTooLate(deletedAt, person, seen)) zeros.wronglyDeleted.push(person.email);
  }
  for (const email of plan.bystanders) {
    const user = byEmail.get(email);
    if (user?.status !== "active") zeros.wronglyDeleted.push(email);
    else if (user.name !== "Bystander") zeros.outOfDate.push(email);
  }
  const deleted = [...lab.watch.deletions.keys()].flatMap((id) => users.find((user) => user.id === id)?.email ?? []);
  const unreleased = deleted.filter((email) => !operator.released.has(email));
  zeros.overBudget.push(...unreleased.slice(budget));
  judgeEvents(plan, sent, lab, zeros);
  judgeWaiting(plan, waiting, zeros);
  return { zeros, deleted: deleted.length, mails: judgeMails(plan, mails, lab, zeros), times: timesOf(plan, lab) };
}

function judgePerson(person: Person, user: User | undefined, expected: Expected, zeros: Zeros): void {
  const isThere = user !== undefined && user.status !== "inactive";
  if (expected.is === "gone" && isThere) zeros.leftBehind.push(person.email);
  if (expected.is === "present" && user?.status === "inactive") zeros.wronglyDeleted.push(person.email);
  if (expected.is === "present" && user === undefined) zeros.missing.push(person.email);
  if (expected.is === "gone" || expected.name === undefined) return;
  if (isThere && user.name !== expected.name) zeros.outOfDate.push(person.email);
}

/** Reasons to wait that are part of somebody's story. */
const foreseen: Record<string, readonly string[]> = {
  blocked: ["blocked_forever"],
  // The return came too late, or the leaving waited for it.
  hastyReturner: ["blocked_forever", "contradicted"],
  plannedInVain: ["blocked_forever", "contradicted"],
  renewed: ["planned_return"],
  protected: ["protected_email"],
  // Told too late, or of somebody who is back: the source does not stand by it.
  hintedMistake: ["source_disagrees"],
};

function judgeEvents(plan: Plan, sent: Sent, lab: Lab, zeros: Zeros): void {
  for (const person of plan.people) {
    const isLost = (fact: Fact) => sent.accepted.has(ledgerId(fact)) && !isThrough(fact, person, sent, lab);
    if (person.facts.some(isLost)) zeros.lost.push(person.email);
  }
}

/** Looks at everything that waits, hints and what the system itself has sent among it. */
function judgeWaiting(plan: Plan, waiting: readonly Waiting[], zeros: Zeros): void {
  const castOf = new Map(plan.people.map(({ email, cast }) => [email, cast]));
  for (const { id, email, reason } of waiting) {
    if (!foreseen[castOf.get(email) ?? ""]?.includes(reason)) zeros.stuck.push(email || id);
  }
}

/** Whether an event has come to its end, or waits for a day that is far off or has been called off. */
export function isThrough(fact: Fact, person: Person, sent: Sent, lab: Lab): boolean {
  const endings = lab.watch.endings.get(ledgerId(fact)) ?? [];
  if (endings.length === 0) return false;
  const isFarOff = (fact.effectiveAfterMs ?? 0) > 24 * 3_600_000;
  const isPlanOnly = endings.every(({ outcome }) => outcome === "scheduled");
  return !isPlanOnly || isFarOff || isCalledOff(fact, person, seenOf(sent, lab));
}

function judgeMails(plan: Plan, mails: z.infer<typeof mailsSchema>["mails"], lab: Lab, zeros: Zeros): Verdict["mails"] {
  const all = { sent: 0, sentTwice: 0, unseen: 0 };
  for (const { email, facts } of plan.people) {
    const { invitation = 0, resend = 0, reset = 0 } = mails[email] ?? {};
    const done = (outcome: string) =>
      facts.filter((fact) => lab.watch.endings.get(ledgerId(fact))?.some((ending) => ending.outcome === outcome))
        .length;
    const [resent, wasReset] = [done("resent"), done("reset_sent")];
    // Written down as sent, and never was.
    if (resend < resent || reset < wasReset) zeros.lost.push(email);
    const twice = Math.max(0, invitation - 1) + Math.max(0, resend - resent) + Math.max(0, reset - wasReset);
    const unseen = lab.watch.unseenMails.get(email) ?? 0;
    if (twice > unseen) zeros.mailedTooOften.push(email);
    all.sent += invitation + resend + reset;
    all.sentTwice += twice;
    all.unseen += unseen;
  }
  return all;
}

function timesOf(plan: Plan, lab: Lab): number[] {
  const facts = plan.people.flatMap((person) => person.facts).filter((fact) => fact.effectiveAfterMs === undefined);
  const endings = facts.flatMap((fact) => lab.watch.endings.get(ledgerId(fact))?.[0] ?? []);
  return endings.map(({ ms }) => ms).sort((a, b) => a - b);
}
