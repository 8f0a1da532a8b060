import { createHmac } from "node:crypto";
import * as z from "zod/mini";
import { hearRequest } from "../test/support/silence.ts";
import type { Fault } from "./chaos.ts";
import type { Answered } from "./proxy.ts";
import { type Asked, parseJson, type Step } from "./steps.ts";

/** How one attempt of an event ended, as the ledger was told. */
export interface Ending {
  outcome: string;
  reason: string | undefined;
  attempt: number;
  /** From receiving the event to its end, milliseconds of the lab. */
  ms: number;
  at: number;
}

/** One thing that happened, for the history of a person whose end is wrong. */
export interface Happening {
  at: number;
  what: string;
}

const text = z.object({ S: z.string() });
const number = z.object({ N: z.string() });
const endingSchema = z.object({
  Item: z.object({
    pk: text,
    sk: text,
    event: text,
    outcome: text,
    reason: z.optional(text),
    attempt: number,
    ms: number,
  }),
});
const userSchema = z.object({ id: z.string(), email: z.string() });
const emailSchema = z.object({ email: z.string() });

/** Sends mail at Arize, each time it is asked. */
const mailing = /^(POST user|POST user\/resend-invitation|POST user\/reset-password)$/;

/** Keeps what the services were seen to do: the truth that the run is judged by, whatever the functions believe. */
export class Watch {
  readonly endings = new Map<string, Ending[]>();
  /** When each person was deleted, by the id of their user. */
  readonly deletions = new Map<string, number>();
  readonly faults = new Map<string, number>();
  /** How often a worker died at which step, before its effect and after it. */
  readonly kills = new Map<string, { before: number; after: number }>();
  /** Whose mails nobody could know of, and how many: the answer was lost, or the worker died before the ledger had it. */
  readonly unseenMails = new Map<string, number>();
  readonly #history = new Map<string, Happening[]>();
  readonly #emails = new Map<string, string>();
  readonly #known = new Set<string>();
  /** By worker: to whom it has sent a mail whose event has not come to its end, addresses by their names in the ledger. */
  readonly #mailed = new Map<string, Map<string, string>>();
  readonly #hash: (email: string) => string;

  /** @param identityKey with which people's names in the ledger are made */
  constructor(identityKey: string) {
    const key = (email: string) => createHmac("sha256", identityKey).update(`email:${email}`).digest("base64url");
    this.#hash = (email) => key(email.normalize("NFC").trim().toLowerCase()).slice(0, 22);
  }

  /** Who a user at Arize is. */
  know(userId: string, email: string): void {
    this.#emails.set(userId, email);
    this.#known.add(email);
  }

  /** Whether somebody was there at the beginning, or has been created. */
  isKnown(email: string): boolean {
    return this.#known.has(email);
  }

  /** The step by the address of whom it is about: ids at Arize depend on who came first, which is not planned. */
  named(step: Step): Step {
    return step.service === "arize" ? { ...step, subject: this.#subjectOf(step) } : step;
  }

  note(subject: string, what: string): void {
    const history = this.#history.get(subject) ?? [];
    history.push({ at: Date.now(), what });
    // The end of a story explains it; the whole of every story would not fit into memory.
    this.#history.set(subject, history.slice(-120));
  }

  /** What happened to a person. @param events the ledger's ids of what was said of them */
  history(email: string, events: readonly string[]): Happening[] {
    const own = [email, this.#hash(email), ...events].flatMap((subject) => this.#history.get(subject) ?? []);
    return own.sort((a, b) => a.at - b.at);
  }

  noteFault(worker: string, step: Step, fault: Fault): void {
    const name = `${step.service}: ${fault}`;
    this.faults.set(name, (this.faults.get(name) ?? 0) + 1);
    this.note(this.#subjectOf(step), `${worker}: ${step.name}: ${fault}`);
    if (fault.startsWith("kill")) this.#noteKill(worker, step, fault);
    // The end of a mail that is not written down is a mail that is sent again.
    const subject = this.#subjectOf(step);
    const mailed = step.service === "dynamodb" ? this.#mailed.get(worker)?.get(subject) : undefined;
    if (mailed !== undefined) this.#forgetMail(worker, subject, mailed);
  }

  #noteKill(worker: string, step: Step, fault: Fault): void {
    const where = `${worker}: ${step.name}`;
    const kills = this.kills.get(where) ?? { before: 0, after: 0 };
    kills[fault === "kill before the effect" ? "before" : "after"]++;
    this.kills.set(where, kills);
  }

  /** A worker has died, or was ended since its time was up: nobody will write down what it had done. */
  noteDeath(worker: string): void {
    for (const [subject, email] of this.#mailed.get(worker) ?? []) this.#forgetMail(worker, subject, email);
  }

  #forgetMail(worker: string, subject: string, email: string): void {
    this.#mailed.get(worker)?.delete(subject);
    this.unseenMails.set(email, (this.unseenMails.get(email) ?? 0) + 1);
  }

  noteEffect(worker: string, step: Step, asked: Asked, { status, body }: Answered, fault: Fault | undefined): void {
    if (step.service === "arize") this.#noteArize(worker, step, asked, status, body, fault);
    if (step.service === "dynamodb" && step.name === "PutItem EVENT" && status === 200) this.#noteEnding(asked);
    // The state is what says that an event is done: a death between its history and this sends the mail again.
    if (step.name === "UpdateItem STATE" && status === 200) this.#mailed.get(worker)?.delete(this.#subjectOf(step));
    if (step.service === "sqs") hearRequest(parseJson(asked.body));
  }

  #noteArize(worker: string, step: Step, asked: Asked, status: number, body: Buffer, fault: Fault | undefined): void {
    const created = step.name === "POST user" ? userSchema.safeParse(parseJson(body)).data : undefined;
    if (created) this.know(created.id, created.email);
    if (step.isWrite) this.note(this.#subjectOf(step), `${worker}: ${step.name} -> ${status}`);
    if (step.name === "DELETE user" && status === 204 && !this.deletions.has(step.subject)) {
      this.deletions.set(step.subject, Date.now());
    }
    if (!mailing.test(step.name) || status > 204) return;
    const email = emailSchema.safeParse(parseJson(asked.body)).data?.email ?? this.#emails.get(step.subject) ?? "";
    const subject = this.#hash(email);
    this.#mailed.set(worker, (this.#mailed.get(worker) ?? new Map()).set(subject, email));
    // Slow answers are heard.
    const isHeard = fault === undefined || fault === "slow body" || fault === "take effect slowly";
    if (!isHeard) this.#forgetMail(worker, subject, email);
  }

  #noteEnding(asked: Asked): void {
    const { Item } = endingSchema.parse(parseJson(asked.body));
    const { event, outcome, reason, attempt, ms } = Item;
    const ending = {
      outcome: outcome.S,
      reason: reason?.S,
      attempt: Number(attempt.N),
      ms: Number(ms.N),
      at: Date.now(),
    };
    this.endings.set(event.S, [...(this.endings.get(event.S) ?? []), ending]);
    const subject = Item.pk.S.replace("PERSON#", "");
    this.note(
      subject,
      `${event.S} -> ${ending.outcome}${ending.reason ? ` (${ending.reason})` : ""}, attempt ${ending.attempt}`,
    );
  }

  #subjectOf(step: Step): string {
    if (step.service === "dynamodb") return step.subject.split("/")[0]?.replace("PERSON#", "") ?? "";
    return this.#emails.get(step.subject) ?? step.subject;
  }
}
