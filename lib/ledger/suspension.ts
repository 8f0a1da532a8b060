import { dueOf } from "./plans.ts";
import type { State } from "./state.ts";

/** The id of the deletion that a suspend plans; no event's may be longer. */
export function deletionId(suspendId: string): string {
  return `suspension:${suspendId}`.slice(0, 300);
}

/** Whether somebody is suspended, and the day on which they are to be deleted still to come. Pure. */
export function awaitsDeletion(state: State, now: number): boolean {
  // Keys of plans begin with their time.
  return state.suspended !== undefined && (dueOf(state, "leaver") ?? "") > new Date(now).toISOString();
}
