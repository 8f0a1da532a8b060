import type { TrailEntry } from "../lib/ledger/trail.ts";
import { shellWords } from "./shell-words.ts";
import { storiesOf, type WaitingEvent } from "./stories.ts";

/** The answer to what is asked about a person. */
export interface Verdict {
  /** Whether they are out; `null` when nobody can tell. */
  isOut: boolean | null;
  /** Since when, as far as somebody has seen it, ISO 8601. */
  since: string | null;
  /** Whose word it was: the source and the event. */
  askedBy: { by: string | null; source: string; event: string; happenedAt: string; receivedAt: string } | null;
  /** All of that in sentences. */
  answer: string[];
  /** What `npm run ops --` takes to go on from here, ready for a shell. */
  next: string[];
}

type AtArize = { status: string; role: string } | string | null;

const came = ["invited", "created", "renewed", "already_invited", "already_active"];

/**
 * Makes an answer out of a person's history, what waits for them and what Arize says. Pure.
 * @param entries in the order in which they ended
 */
export function verdictOf(entries: readonly TrailEntry[], waiting: readonly WaitingEvent[], atArize: AtArize): Verdict {
  const gone = entries.findLast(({ outcome, reason }) => outcome === "removed" || reason === "already_absent");
  const last = entries.findLast(({ outcome, reason }) => [outcome, reason].some((word) => came.includes(word ?? "")));
  const isListed = atArize !== null && typeof atArize !== "string";
  const isOut = typeof atArize === "string" ? null : !isListed;
  const about = isListed ? last : (gone ?? last);
  return {
    isOut,
    since: isListed ? null : gone === undefined ? null : seenGoneAt(gone),
    askedBy: about === undefined ? null : asked(about, entries),
    answer: [standing(atArize, gone, last, entries), ...storiesOf(entries, waiting, isListed)],
    next: waiting.flatMap(commandsFor),
  };
}

function standing(
  atArize: AtArize,
  gone: TrailEntry | undefined,
  came: TrailEntry | undefined,
  entries: readonly TrailEntry[],
): string {
  const removed = gone === undefined ? undefined : `${asWords(gone, entries)}, ${seenBy(gone)}`;
  const invited = came === undefined ? "not invited by this system" : asWords(came, entries);
  if (typeof atArize === "string")
    return `Arize ${atArize}. ${removed === undefined ? "" : `The ledger last knew: ${removed}.`}`.trim();
  if (atArize !== null) return `Not out: ${atArize.status} at Arize as ${atArize.role}; ${invited}.`;
  if (gone !== undefined) return `Out since ${seenGoneAt(gone)}: ${removed}.`;
  return came === undefined ? "Not at Arize." : `Not at Arize, and not removed by this system; ${invited}.`;
}

function operatorOf(id: string, entries: readonly TrailEntry[]): string | undefined {
  return entries.find(({ event, outcome }) => event === id && outcome === "asked")?.by;
}

function asWords(
  { kind, source, event, occurredAt, receivedAt, outcome }: TrailEntry,
  entries: readonly TrailEntry[],
): string {
  const by = operatorOf(event, entries);
  const who = by === undefined ? "" : `, asked for by ${by}`;
  return `${outcome} after a ${kind} from ${source}${who} (${event}), which happened ${occurredAt} and came ${receivedAt}`;
}

function asked(
  { source, event, occurredAt, receivedAt }: TrailEntry,
  entries: readonly TrailEntry[],
): Verdict["askedBy"] {
  return { by: operatorOf(event, entries) ?? null, source, event, happenedAt: occurredAt, receivedAt };
}

function proof({ calls }: TrailEntry) {
  return calls?.findLast(({ method, path, status }) => method === "GET" && path === "/v2/users/{id}" && status === 404);
}

function seenGoneAt(entry: TrailEntry): string {
  return proof(entry)?.at ?? entry.finishedAt;
}

function seenBy(entry: TrailEntry): string {
  const call = proof(entry);
  if (call !== undefined) return `verified by GET /v2/users/{id}: 404, request ${call.requestId ?? "without an id"}`;
  return entry.outcome === "removed" ? "verified by reading the user again" : "and Arize did not list them";
}

function commandsFor({ where, id }: WaitingEvent): string[] {
  const verbs = { held: ["release", "dismiss"], parked: ["redrive", "dismiss"], due: [] }[where];
  return verbs.map((verb) => `${shellWords(where, verb, id)} --note "..."`);
}
