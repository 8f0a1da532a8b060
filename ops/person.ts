import type { User } from "../lib/arize/schemas.ts";
import { readScheduled } from "../lib/ledger/due.ts";
import { readShelf, type Shelved } from "../lib/ledger/shelf.ts";
import { history, type TrailEntry } from "../lib/ledger/trail.ts";
import { roleName } from "../lib/lifecycle/decide.ts";
import { readingArize } from "./arize.ts";
import type { Connection } from "./connection.ts";
import { describeFailure } from "./failure.ts";
import type { Row } from "./print.ts";
import { addressOf } from "./send.ts";
import type { WaitingEvent } from "./stories.ts";
import { type Verdict, verdictOf } from "./verdict.ts";

/** All that is known about a person. */
export interface PersonReport extends Verdict {
  email: string;
  /** Their record at Arize just now; `null` when nobody is listed there, a text when Arize could not be asked. */
  atArize: { id: string; status: string; role: string } | string | null;
  waiting: WaitingEvent[];
  /** In the order in which it happened. */
  history: TrailEntry[];
}

/** Answers who somebody is to this system: are they in or out, since when, by whose word, and what waits. @throws RetryLater */
export async function reportPerson(connection: Connection, typed: string): Promise<PersonReport> {
  const { table, identity } = connection;
  const email = addressOf(typed);
  const person = identity.person(email);
  const [entries, waiting, atArize] = await Promise.all([
    history(table, person),
    waitingFor(connection, person),
    readingArize(connection, (calls) => calls.read((client, options) => client.find(email, options))).then(
      briefly,
      (error: unknown) => `cannot be asked: ${describeFailure(error)}`,
    ),
  ]);
  const happened = entries.toSorted((a, b) => a.finishedAt.localeCompare(b.finishedAt));
  const verdict = verdictOf(happened, waiting.events, atArize);
  const answer = [...verdict.answer, ...doubts(waiting.unreadable)];
  return { email, atArize, ...verdict, answer, waiting: waiting.events, history: happened };
}

function doubts(unreadable: number): string[] {
  return unreadable === 0
    ? []
    : [`${unreadable} events wait that this version cannot read; whether one is theirs nobody can tell.`];
}

function briefly(user: User | undefined): PersonReport["atArize"] {
  if (user === undefined) return null;
  return { id: user.id, status: user.unknownStatus ?? user.status, role: roleName(user.role) };
}

async function waitingFor(
  { table }: Connection,
  person: string,
): Promise<{ events: WaitingEvent[]; unreadable: number }> {
  const lists = await Promise.all([readShelf(table, "HELD"), readShelf(table, "PARKED"), readScheduled(table)]);
  const [held, parked, due] = lists;
  const own = (one: { person: string }) => one.person === person;
  const events = [
    ...held.items.filter(own).map((one) => toWaiting("held", one)),
    ...parked.items.filter(own).map((one) => toWaiting("parked", one)),
    ...due.items.filter(own).map(({ event }) => ({
      where: "due" as const,
      id: event.id,
      kind: event.kind,
      reason: `for ${event.effectiveAt}`,
      since: event.receivedAt,
    })),
  ];
  return { events, unreadable: lists.reduce((sum, { unreadable }) => sum + unreadable.length, 0) };
}

function toWaiting(where: "held" | "parked", { event, reason, at }: Shelved): WaitingEvent {
  return { where, id: event.id, kind: event.kind, reason, since: at };
}

/** The lines of a person's timeline. */
export function timeline(entries: readonly TrailEntry[]): Row[] {
  return entries.map((entry) => ({
    received: entry.receivedAt,
    kind: entry.kind,
    action: entry.action,
    outcome: entry.outcome,
    reason: entry.reason,
    ...(entry.rule && { rule: entry.rule }),
    ...(entry.lookup && { "source says": entry.lookup }),
    ...(entry.contradicts && { "against it": entry.contradicts }),
    ms: entry.ms,
    ...(entry.retries && { retries: entry.retries }),
    event: entry.event,
    attempt: entry.attempt,
    mode: entry.mode,
    ...(entry.by && { by: entry.by }),
    ...(entry.note && { note: entry.note }),
  }));
}
