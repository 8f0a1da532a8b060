import { isManaged } from "../config.ts";
import { readPointer } from "../ledger/pointers.ts";
import { findShelved } from "../ledger/shelf.ts";
import type { LifecycleEvent } from "./event.ts";
import type { Workshop } from "./workshop.ts";

/** Whom an event is about, or why it cannot go on. */
export type Subject =
  | { is: "person"; person: string; email: string; learn: boolean; released: boolean }
  | { is: "held"; person: string; reason: "unknown_person" | "email_change"; knownEmail?: string }
  | { is: "ignored"; person: string; reason: "outside_managed_domains" };

/**
 * Finds out who an event is about. The ledger's pointer from source and id to an address, learned from earlier events,
 * resolves those that name an id only, and shows when an address has changed, which Arize cannot follow.
 * @throws RetryLater
 */
export async function identify(
  event: LifecycleEvent,
  { config, identity, table }: Pick<Workshop, "config" | "identity" | "table">,
): Promise<Subject> {
  const { externalId } = event.person;
  const known = externalId === undefined ? undefined : await readPointer(table, event.source, externalId);
  const released = await isReleased(event, table);
  // A leaver goes by the address that the ledger knows: it is the one that their account at Arize carries.
  const email = event.kind === "leaver" ? (known ?? event.person.email) : (event.person.email ?? known);
  if (email === undefined) return { is: "held", person: identity.group(event), reason: "unknown_person" };
  const person = identity.person(email);
  if (!isManaged(email, config)) return { is: "ignored", person, reason: "outside_managed_domains" };
  if (known !== undefined && known !== email && !released) {
    return { is: "held", person, reason: "email_change", knownEmail: known };
  }
  return { is: "person", person, email, learn: externalId !== undefined && known !== email, released };
}

/** Whether this very attempt is one that an operator released from the held list. @throws RetryLater */
async function isReleased(event: LifecycleEvent, table: Workshop["table"]): Promise<boolean> {
  if (event.attempt === 0) return false;
  const shelved = await findShelved(table, "HELD", event.id);
  return shelved?.status === "released" && shelved.event.attempt === event.attempt;
}
