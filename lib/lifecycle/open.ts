import { forgetOpen, noteOpen, type OpenEvent } from "../ledger/open.ts";
import { planByKind } from "../ledger/plans.ts";
import { readPointer } from "../ledger/pointers.ts";
import type { LedgerTable } from "../ledger/table.ts";
import { isFromTheFuture, mayCause } from "./admissible.ts";
import { isDue, withEffectiveAt } from "./dates.ts";
import { eventTime, type LifecycleEvent } from "./event.ts";
import { identify } from "./subject.ts";
import type { Workshop } from "./workshop.ts";

/**
 * Notes that an event which may call a plan off, or follow a last day, is not through: it comes again, or waits for an
 * operator. Asked also while the mode is `paused`, since the plan's day may be over when it no longer is. @throws RetryLater
 */
export async function leaveOpen(given: LifecycleEvent, workshop: Workshop): Promise<void> {
  const { config, table, identity } = workshop;
  const event = withEffectiveAt(given, config);
  const now = Date.now();
  const plan = event.kind === "suspend" ? undefined : planByKind[event.kind];
  // A last day to come says nothing about a first one before it.
  const isWord = (plan === "joiner" || isDue(event, now)) && !isFromTheFuture(event, now) && mayCause(event, config);
  if (plan === undefined || !isWord) return;
  const subject = await identify(event, workshop);
  const isKnown = subject.is === "person" || (subject.is === "held" && subject.reason === "email_change");
  if (!isKnown) return;
  const others = subject.is === "held" ? (subject.knownEmails ?? []) : [];
  for (const person of new Set([subject.person, ...others.map((email) => identity.person(email))])) {
    await noteOpen(table, person, event.id, openEvent(event));
  }
}

// What it calls off depends on what is known on the plan's day: somebody may be suspended after it came.
function openEvent(event: LifecycleEvent): OpenEvent {
  return {
    kind: event.kind,
    at: Date.parse(event.occurredAt),
    ...(event.effectiveAt !== undefined && { due: eventTime(event) }),
    ...(event.membership !== undefined && { membership: true }),
  };
}

/**
 * Takes that back of an event that is through, or came to nothing: of the person whom it was about in the end. Under another
 * address it has called nothing off. @throws RetryLater
 */
export async function closeOpen(event: LifecycleEvent, person: string, table: LedgerTable): Promise<void> {
  if (planByKind[event.kind] !== undefined) await forgetOpen(table, person, event.id, openEvent(event));
}

/** Takes that back of an event that an operator gave up, under each address that is known for its person. @throws RetryLater */
export async function giveUpOpen(
  event: LifecycleEvent,
  person: string,
  { identity, table }: Pick<Workshop, "identity" | "table">,
): Promise<void> {
  const { externalId } = event.person;
  const pointer = externalId === undefined ? undefined : await readPointer(table, event.source, externalId);
  const emails = pointer === undefined ? [] : [pointer.email, ...(pointer.formerEmails ?? [])];
  for (const each of new Set([person, ...emails.map((email) => identity.person(email))])) {
    await closeOpen(event, each, table);
  }
}
