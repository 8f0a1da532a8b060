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
      lifted: Lifted;
    }
  | {
      is: "held";
      person: string;
      reason: "unknown_person" | "email_change";
      knownEmail?: string;
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
  if (!isManaged(email, config)) return { is: "ignored", person, reason: "outside_managed_domains" };
  const other = otherAddress(event, email, pointer);
  if (other !== undefined && !lifted.includes("email_change")) {
    return { is: "held", person, reason: "email_change", knownEmail: other, lifted };
  }
  return { is: "person", person, email, learn: toLearn(event, email, pointer), lifted };
}

// Who leaves may have an account under the address that they had before: that is asked each time.
function otherAddress({ kind }: LifecycleEvent, email: string, pointer: Pointer | undefined): string | undefined {
  if (pointer === undefined) return undefined;
  if (pointer.email !== email) return pointer.email;
  return takesAway(kind) ? pointer.formerEmail : undefined;
}

function toLearn({ person }: LifecycleEvent, email: string, pointer: Pointer | undefined): Pointer | undefined {
  if (person.externalId === undefined || pointer?.email === email) return undefined;
  // The first one is kept: it is the one that an account at Arize has from the start.
  return pointer === undefined ? { email } : { email, formerEmail: pointer.formerEmail ?? pointer.email };
}

/** What an operator released comes back as it was held, but for its attempt; anything else was not released. */
async function findLifted(event: LifecycleEvent, table: Workshop["table"]): Promise<Lifted> {
  if (event.attempt === 0) return [];
  const shelved = await findShelved(table, "HELD", event.id);
  const isReleased = shelved?.status === "released" && isDeepStrictEqual(shelved.event, event);
  return isReleased ? [...shelved.lifted, shelved.reason] : [];
}
