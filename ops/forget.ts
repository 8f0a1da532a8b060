import { randomUUID } from "node:crypto";
import {
  erase,
  eraseState,
  findHistory,
  findIds,
  findRuns,
  findWaiting,
  type IdAtSource,
  type Waiting,
} from "../lib/ledger/erasure.ts";
import { writePointer } from "../lib/ledger/pointers.ts";
import { readState } from "../lib/ledger/state.ts";
import { append } from "../lib/ledger/trail.ts";
import { emailSchema, mayTakeAway, parseEvent } from "../lib/lifecycle/event.ts";
import type { Identity } from "../lib/lifecycle/identity.ts";
import type { DeadLetter } from "../lib/queue.ts";
import type { Connection } from "./connection.ts";
import { type Forgotten, remains } from "./forgotten.ts";

/** Whom to forget: an address, the ids that stand for it, and the hashes that stand for both in the ledger. */
interface Whom {
  email: string;
  ids: IdAtSource[];
  person: string;
  people: string[];
  identity: Identity;
}

/**
 * Erases what is kept about an address: history, ids at sources, whatever is held, parked, planned, or on a dead-letter
 * queue. The hash, its marks and the fact that they are gone stay, so that nothing that comes late undoes their removal;
 * a line of history says who had them forgotten.
 * @throws Error when the ledger does not know them gone, or something waits for a decision first
 */
export async function forget(
  { table, queue, identity, auditDays }: Pick<Connection, "table" | "queue" | "identity" | "auditDays">,
  typed: string,
  by: string,
): Promise<Forgotten> {
  const whom = await identify(table, identity, typed);
  const waiting = await findWaiting(table, (one) => isAbout(one, whom));
  checkDecided(waiting, whom);
  const { userId, goneAt } = await readState(table, whom.person);
  if (userId !== undefined && goneAt === undefined)
    throw new Error("they have an account as far as the ledger knows: send a leaver first");
  const history = (await Promise.all(whom.people.map((person) => findHistory(table, person)))).flat();
  const deadLetters = await deleteLetters(queue, whom);
  const runs = await findRuns(table, whom.email);
  for (const key of [...waiting, ...runs, ...history]) await erase(table, key);
  for (const person of whom.people) await eraseState(table, person);
  // Last, since they are how another attempt finds the rest.
  for (const id of whom.ids) await eraseId(table, id, whom.email);
  await append(table, whom.person, entryOf(by), auditDays);
  return {
    erased: { history: history.length, waiting: waiting.length, idsAtSources: whom.ids.length, deadLetters },
    otherAddresses: otherAddresses(whom),
    remains,
  };
}

async function identify(table: Connection["table"], identity: Identity, typed: string): Promise<Whom> {
  const address = emailSchema.safeParse(typed);
  if (!address.success) throw new Error("that is no email address");
  const email = address.data;
  const ids = await findIds(table, email);
  const person = identity.person(email);
  const own = ids.filter((id) => id.email === email);
  const groups = own.map(({ source, externalId }) => identity.group({ source, person: { externalId } }));
  return { email, ids, person, people: [person, ...groups], identity };
}

function isAbout({ person, knownEmail, knownEmails, event }: Waiting, { email, people, identity }: Whom): boolean {
  if (knownEmail === email || knownEmails.includes(email) || event.person.email === email) return true;
  return people.includes(person) || people.includes(identity.group(event));
}

// What takes access away and is thrown away leaves somebody inside; an event of another address is not theirs to forget.
function checkDecided(waiting: readonly Waiting[], { email }: Whom): void {
  const open = waiting.filter(({ event }) => mayTakeAway(event) || (event.person.email ?? email) !== email);
  if (open.length === 0) return;
  throw new Error(`decide first what waits: ${open.map(({ pk, event }) => `${event.id} (${pk})`).join(", ")}`);
}

async function deleteLetters(queue: Connection["queue"], whom: Whom): Promise<number> {
  const leavers = await queue.deleteDeadLetters("leavers", (letter) => mentions(letter, whom));
  return leavers + (await queue.deleteDeadLetters("changes", (letter) => mentions(letter, whom)));
}

function mentions({ body }: DeadLetter, { email, people, identity }: Whom): boolean {
  try {
    const event = parseEvent(body);
    return event.person.email === email || people.includes(identity.group(event));
  } catch {
    // No event, but it may hold the address all the same.
    return body.toLowerCase().includes(email);
  }
}

async function eraseId(table: Connection["table"], id: IdAtSource, email: string): Promise<void> {
  if (id.email === email) await erase(table, id.key);
  else await writePointer(table, id.source, id.externalId, { email: id.email, formerEmails: others(id, email) });
}

function others({ formerEmails = [] }: IdAtSource, email: string): string[] {
  return formerEmails.filter((one) => one !== email);
}

function otherAddresses({ ids, email }: Whom): string[] {
  const all = ids.flatMap((id) => [id.email, ...(id.formerEmails ?? [])]);
  return [...new Set(all)].filter((one) => one !== email);
}

function entryOf(by: string) {
  const now = new Date().toISOString();
  const when = { occurredAt: now, receivedAt: now, finishedAt: now, ms: 0 };
  return {
    event: `operator:${randomUUID()}`,
    source: "operator",
    kind: "forget",
    attempt: 0,
    ...when,
    outcome: "forgotten",
    by,
  };
}
