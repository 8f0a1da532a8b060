import type { Shelved } from "../lib/ledger/shelf.ts";
import type { Kind } from "../lib/lifecycle/event.ts";
import type { Verb } from "./bulk.ts";

const neverDelete: Kind[] = ["joiner", "mover", "reinstate", "invitation.resend", "invitation.renew", "password.reset"];

/** Whether a decision about an event may end with somebody deleted: a mere hint may turn out to be a leaver. Pure. */
export function mayDelete({ event }: Pick<Shelved, "event">, verb: Verb): boolean {
  return verb !== "dismiss" && !neverDelete.includes(event.kind);
}

/** Whom an event is about, as operators name and type it: an address where one is known, else an id. Pure. */
export function whoIs({ event, knownEmail }: Pick<Shelved, "event" | "knownEmail">): string {
  return event.person.email ?? knownEmail ?? event.person.externalId ?? event.id;
}
