import type { Shelf, Shelved } from "../../lib/ledger/shelf.ts";
import { mayDelete } from "../../ops/shelved-people.ts";

/** A release leaves these reasons standing. */
const standing = ["protected_email", "api_key_owner", "last_admin"];

/** What putting an event back would lead to, as far as its reason tells. Pure; a rehearsal asks the worker's own code. */
export function consequence(shelf: Shelf, { event, reason }: Pick<Shelved, "event" | "reason">): string {
  if (shelf === "PARKED") {
    if (reason === "blocked_forever") return "Redriven, it is refused again: this address can never be invited again.";
    return "Redriven, it is tried again as a new attempt, and parked again unless its cause was mended.";
  }
  if (standing.includes(reason)) return "Released, it is held again: only the configuration can change that.";
  if (reason === "unknown_person") return "Released, it is held again, unless something explained the id meanwhile.";
  if (!mayDelete({ event }, "release"))
    return "Released, it is worked as a new attempt; every other guard still counts.";
  if (event.kind !== "leaver")
    return "Released, it is worked again, and may end with the person deleted at Arize, for ever.";
  return "Released, the person is looked up again, every other guard is asked, and then they are deleted at Arize, for ever.";
}
