import { isDeepStrictEqual } from "node:util";
import { isManaged } from "../config.ts";
import { type Pointer, readPointer } from "../ledger/pointers.ts";
import { findShelved } from "../ledger/shelf.ts";
import { type LifecycleEvent, takesAway } from "./event.ts";
import type { Workshop } from "./workshop.ts";

/** The reasons of the holds that an operator released an event from; any other reason holds it again. */
export type Lifted = readonly string[];

/** Whom an event is about, or why it cannot go on. */
export type Subject =
  | {
      is: "person";
      person: string;
      email: string;
      /** What the ledger has to learn about this id at the source. */
      learn: Pointer | undefined;
      /** Addresses known for this id besides the event's: accounts may have them. */
      knownEmails: readonly string[];
      lifted: Lifted;
    }
  | {
      is: "held";
      person: string;
      reason: "unknown_person" | "email_change";
      knownEmails?: readonly string[];
      lifted: Lifted;
    }
  | { is: "ignored"; person: string; reason: "outside_managed_domains" };

/**
 * Finds out who an event is about. The ledger's pointer from source and id to an address, learned from earlier events,
 * resolves those that name an id only, and shows when an address has changed, which Arize cannot follow: then an operator
 * has to say whom the event means.
 * @throws RetryLater
 */
export async function identify(
  event: LifecycleEvent,
  { config, identity, table }: Pick<Workshop, "config" | "identity" | "table">,
): Promise<Subject> {
  const { externalId } = event.person;
  const pointer = externalId === undefined ? undefined : await readPointer(table, event.source, externalId);
  const email = event.person.email ?? pointer?.email;
  const lifted = await findLifted(event, table);
  if (email === undefined) return { is: "held", person: identity.group(event), reason: "unknown_person", lifted };
  const person = identity.person(email);
  const known = addressesOf(pointer);
  const knownEmails = known.filter((one) => one !== event.person.email);
  const isOurs = isManaged(email, config);
  // Who leaves may have been renamed to an address elsewhere first, and have an account under the one of before.
  const mayBeOurs = isOurs || (takesAway(event.kind) && known.some((one) => isManaged(one, config)));
  if (mayBeOurs && isElsewhere(event, email, pointer) && !lifted.includes("email_change")) {
    return { is: "held", person, reason: "email_change", knownEmails, lifted };
  }
  if (!isOurs) return { is: "ignored", person, reason: "outside_managed_domains" };
  return { is: "person", person, email, learn: toLearn(event, email, pointer), knownEmails, lifted };
}

function addressesOf(pointer: Pointer | undefined): string[] {
  return pointer === undefined ? [] : [pointer.email, ...(pointer.formerEmails ?? [])];
}

// Who leaves may have an account under an address that they had before: that is asked each time.
function isElsewhere({ kind }: LifecycleEvent, email: string, pointer: Pointer | undefined): boolean {
  if (pointer === undefined) return false;
  return pointer.email !== email || (takesAway(kind) && pointer.formerEmails !== undefined);
}

function toLearn({ person }: LifecycleEvent, email: string, pointer: Pointer | undefined): Pointer | undefined {
  if (person.externalId === undefined || pointer?.email === email) return undefined;
  if (pointer === undefined) return { email };
  const former = new Set([...(pointer.formerEmails ?? []), pointer.email]);
  former.delete(email);
  return { email, formerEmails: [...former] };
}

/** What an operator released comes back as it was held, but for its attempt; anything else was not released. */
async function findLifted(event: LifecycleEvent, table: Workshop["table"]): Promise<Lifted> {
  if (event.attempt === 0) return [];
  const shelved = await findShelved(table, "HELD", event.id);
  const isReleased = shelved?.status === "released" && isDeepStrictEqual(shelved.event, event);
  return isReleased ? [...shelved.lifted, shelved.reason] : [];
}
