import * as z from "zod/mini";
import { urlOf } from "../local/environment.ts";
import type { Lab } from "./lab.ts";
import { expect, isCalledOff } from "./model.ts";
import type { Operator } from "./operator.ts";
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
  const zeros: Zeros = {
    lost: [],
    wronglyDeleted: [],
    overBudget: [],
    leftBehind: [],
    missing: [],
    outOfDate: [],
    stuck: [],
  };
  const seen = seenOf(sent, lab);
  for (const person of plan.people) judgePerson(person, byEmail.get(person.email), expect(person, seen), zeros);
  for (const email of plan.bystanders) {
    const user = byEmail.get(email);
    if (user?.status !== "active") zeros.wronglyDeleted.push(email);
    else if (user.name !== "Bystander") zeros.outOfDate.push(email);
  }
  const deleted = [...lab.watch.deletions.keys()].flatMap((id) => users.find((user) => user.id === id)?.email ?? []);
  const unreleased = deleted.filter((email) => !operator.released.has(email));
  zeros.overBudget.push(...unreleased.slice(budget));
  await judgeEvents(plan, sent, lab, operator, zeros);
  return { zeros, deleted: deleted.length, mails: countMails(plan, mails, lab), times: timesOf(plan, lab) };
}

function judgePerson(person: Person, user: User | undefined, expected: ReturnType<typeof expect>, zeros: Zeros): void {
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
  hastyReturner: ["blocked_forever"],
  // The return came too late, or the last day waited for it.
  plannedInVain: ["blocked_forever", "contradicted"],
  renewed: ["planned_return"],
  protected: ["protected_email"],
  // Told too late, or of somebody who is back: the source does not stand by it.
  hintedMistake: ["source_disagrees"],
};

async function judgeEvents(plan: Plan, sent: Sent, lab: Lab, operator: Operator, zeros: Zeros): Promise<void> {
  const waiting = await operator.waiting();
  for (const person of plan.people) {
    const { email, cast, facts } = person;
    for (const fact of facts) {
      const id = ledgerId(fact);
      if (sent.accepted.has(id) && !isThrough(fact, person, sent, lab)) zeros.lost.push(email);
      const reason = waiting.get(id);
      if (reason !== undefined && !foreseen[cast]?.includes(reason)) zeros.stuck.push(email);
    }
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

function countMails(plan: Plan, mails: z.infer<typeof mailsSchema>["mails"], lab: Lab): Verdict["mails"] {
  let sent = 0;
  let sentTwice = 0;
  for (const { email, facts } of plan.people) {
    const { invitation = 0, resend = 0, reset = 0 } = mails[email] ?? {};
    const done = (outcome: string) =>
      facts.filter((fact) => lab.watch.endings.get(ledgerId(fact))?.some((ending) => ending.outcome === outcome))
        .length;
    sent += invitation + resend + reset;
    sentTwice += Math.max(0, invitation - 1);
    sentTwice += Math.max(0, resend - done("resent")) + Math.max(0, reset - done("reset_sent"));
  }
  return { sent, sentTwice, unseen: lab.watch.unseenMails };
}

function timesOf(plan: Plan, lab: Lab): number[] {
  const facts = plan.people.flatMap((person) => person.facts).filter((fact) => fact.effectiveAfterMs === undefined);
  const endings = facts.flatMap((fact) => lab.watch.endings.get(ledgerId(fact))?.[0] ?? []);
  return endings.map(({ ms }) => ms).sort((a, b) => a - b);
}
