import type { Shelved } from "../lib/ledger/shelf.ts";
import { mayTakeAway } from "../lib/lifecycle/event.ts";
import type { Verb } from "./bulk.ts";

/** Whether a decision about an event may end with somebody deleted. Pure. */
export function mayDelete({ event }: Pick<Shelved, "event">, verb: Verb): boolean {
  return verb !== "dismiss" && mayTakeAway(event);
}

/** Whom an event is about, as operators name and type it: an address where one is known, else an id. Pure. */
export function whoIs({ event, knownEmails }: Pick<Shelved, "event" | "knownEmails">): string {
  return event.person.email ?? knownEmails[0] ?? event.person.externalId ?? event.id;
}
