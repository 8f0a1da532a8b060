import * as z from "zod/mini";
import type { LedgerTable } from "../ledger/table.ts";
import { history, readTrailItem, type TrailEntry } from "../ledger/trail.ts";
import type { Identity } from "../lifecycle/identity.ts";
import { maskAddresses } from "../telemetry.ts";
import { type EvidenceEntry, isAboutLeaving, toEvidence } from "./entry.ts";

/** Which leavers evidence is about: those received in a period, or all of one person's. */
export interface EvidenceScope {
  /** ISO 8601; the first moment, and the first one after the last. */
  from?: string | undefined;
  to?: string | undefined;
  email?: string | undefined;
  /** Leave the addresses out. */
  redact: boolean;
  goalMs: number;
}

const pointerSchema = z.object({ sk: z.literal("POINTER"), email: z.string() });
const shelvedSchema = z.object({ event: z.object({ person: z.object({ email: z.string() }) }) });

/** Finds the leavers of a scope in the ledger, in the order in which they were received. @throws RetryLater */
export async function collectEvidence(
  table: LedgerTable,
  identity: Identity,
  scope: EvidenceScope,
): Promise<EvidenceEntry[]> {
  const found =
    scope.email === undefined ? await ofEverybody(table, identity, scope) : await ofOne(table, identity, scope.email);
  const now = Date.now();
  const entries = [...found.lines].flatMap(([person, lines]) =>
    [...Map.groupBy(lines, ({ event }) => event).values()].flatMap((ofEvent) => {
      const entry = toEvidence(
        person,
        ofEvent.filter((line) => isInside(line, scope)),
        scope.goalMs,
        now,
      );
      if (entry === undefined) return [];
      const email = found.emails.get(person);
      return [scope.redact ? redacted(entry) : { ...entry, ...(email !== undefined && { email }) }];
    }),
  );
  return entries.toSorted((a, b) => a.receivedAt.localeCompare(b.receivedAt) || a.event.localeCompare(b.event));
}

// What operators write, and the names by which AWS knows them, may hold addresses.
function redacted(entry: EvidenceEntry): EvidenceEntry {
  const words = entry.words.map((word) => ({ ...word, by: masked(word.by), note: masked(word.note) }));
  return { ...entry, words };
}

function masked(text: string | undefined): string | undefined {
  return text === undefined ? undefined : maskAddresses(text);
}

interface Found {
  /** What is about leaving in people's histories. */
  lines: Map<string, TrailEntry[]>;
  /** Whose they are, as far as the ledger knows an address: a history holds none. */
  emails: Map<string, string>;
}

async function ofOne(table: LedgerTable, identity: Identity, email: string): Promise<Found> {
  const person = identity.person(email);
  const lines = await history(table, person);
  const leaving = new Set(lines.filter(isAboutLeaving).map(({ event }) => event));
  return {
    lines: new Map([[person, lines.filter(({ event }) => leaving.has(event))]]),
    emails: new Map([[person, email]]),
  };
}

async function ofEverybody(table: LedgerTable, identity: Identity, scope: EvidenceScope): Promise<Found> {
  const found: Found = { lines: new Map(), emails: new Map() };
  for await (const items of table.scan()) {
    for (const item of items) {
      const trail = readTrailItem(item);
      if (trail !== undefined && isAboutLeaving(trail.entry) && isInside(trail.entry, scope)) {
        found.lines.set(trail.person, [...(found.lines.get(trail.person) ?? []), trail.entry]);
      }
      const email = scope.redact ? undefined : emailIn(item);
      if (email !== undefined) found.emails.set(identity.person(email), email);
    }
  }
  return found;
}

function emailIn(item: Record<string, unknown>): string | undefined {
  return pointerSchema.safeParse(item).data?.email ?? shelvedSchema.safeParse(item).data?.event.person.email;
}

function isInside({ receivedAt }: TrailEntry, { from, to }: EvidenceScope): boolean {
  const at = Date.parse(receivedAt);
  return (from === undefined || at >= Date.parse(from)) && (to === undefined || at < Date.parse(to));
}
