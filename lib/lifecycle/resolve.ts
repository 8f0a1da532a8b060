import { type LifecycleConfig, optionsOf } from "../config.ts";
import { RetryLater } from "../errors.ts";
import { readPointer } from "../ledger/pointers.ts";
import { newestWordAt, readState, type State } from "../ledger/state.ts";
import { awaitsDeletion } from "../ledger/suspension.ts";
import { cameFrom, isJoinedBy } from "../ledger/ties.ts";
import { mayCause } from "./admissible.ts";
import { backoffMs } from "./backoff.ts";
import type { Reading } from "./calls/source-reader.ts";
import { emailSchema, eventTime, type Kind, type LifecycleEvent, nameSchema, type Person, type Word } from "./event.ts";
import type { Delivery, Workshop } from "./workshop.ts";

/** For so long what a source is asked may be older than what it told last: 10 minutes. Its APIs lag behind its webhooks. */
const settlesMs = 10 * 60_000;

/** An event that can be worked, or why there is nothing to work. */
export interface Resolved {
  event: LifecycleEvent;
  nothing?: "no_lookup" | "not_active" | "not_a_member" | "kind_not_allowed" | "suspended" | undefined;
}

/**
 * Asks an event's source whom a thin event is about and what a hint means: see `meaningOf`. The event keeps its time,
 * which is when something happened: read later, it must not make newer events stale. Events that say everything themselves
 * are left as they are.
 * @throws RetryLater, Refused as `SourceReader.lookup`
 */
export async function resolve(event: LifecycleEvent, delivery: Delivery, workshop: Workshop): Promise<Resolved> {
  const { kind, person } = event;
  const isHint = kind === "changed";
  if (!isHint && person.email !== undefined) return { event };
  if (!canBeRead(event, workshop)) return isHint ? { event, nothing: "no_lookup" } : { event };
  const reading = await readPerson(event, delivery, workshop);
  const known = withDetails(event, reading);
  if (isHint || kind === "mover") return meaningOf(known, reading, workshop);
  const isWrong = (kind === "joiner" || kind === "reinstate") && reading.said !== "active";
  return isWrong ? { event: known, nothing: "not_active" } : { event: known };
}

/**
 * What a hint means, by what its source says. Somebody who should have access is a mover when the source had said so before
 * and that is done, else a joiner. Somebody who has left, or whom it does not know any more, is a leaver. Somebody who is in
 * none of the configured groups is one only if they were: others of the company may have come to Arize by another way.
 * Whoever is hired and not there yet is nothing: the source will say when they are. Who is suspended is left to the deletion
 * that is planned for them, and is given back what was taken when the source that suspended them has them again.
 * @throws RetryLater `source_settling`
 */
async function meaningOf(event: LifecycleEvent, { said }: Reading, workshop: Workshop): Promise<Resolved> {
  if (said === "pending") return { event, nothing: "not_active" };
  const state = await stateOf(event, workshop);
  if (said === "outside" && !cameFrom(state, event.source)) return { event, nothing: "not_a_member" };
  if (said !== "active" && awaitsDeletion(state, Date.now())) return { event, nothing: "suspended" };
  const kind = said === "active" ? activeKind(event, state, workshop) : goneKind(event, said, workshop);
  const meant = { ...event, kind };
  return mayCause(meant, workshop.config) ? { event: meant } : { event: meant, nothing: "kind_not_allowed" };
}

function activeKind(event: LifecycleEvent, state: State, { config }: Workshop): Kind {
  const { source, kind } = event;
  if (kind === "mover") return "mover";
  if (state.suspended !== undefined) return suspendedKind(event, state, config);
  return !isJoinedBy(state, source) && mayCause({ source, kind: "joiner" }, config) ? "joiner" : "mover";
}

// Another source has them as it had them before: that takes back no suspension.
function suspendedKind(event: LifecycleEvent, state: State, config: LifecycleConfig): Kind {
  const { source } = event;
  const newestAt = newestWordAt(state);
  const isBack = state.suspended?.source === source && eventTime(event) > newestAt;
  if (!isBack || !mayCause({ source, kind: "reinstate" }, config)) return "mover";
  const waitMs = newestAt + settlesMs - Date.now();
  if (waitMs > 0) throw new RetryLater("source_settling", { afterMs: waitMs });
  return "reinstate";
}

// Where a source's own word for leaving is a suspend, what it is found to say is none that cannot be undone. Who has merely
// left the groups has no such word: see `kinds`.
function goneKind({ source }: LifecycleEvent, said: Word, { config }: Workshop): Kind {
  const kinds = Object.values(optionsOf(source, config)?.kinds ?? {});
  return said !== "outside" && kinds.includes("suspend") ? "suspend" : "leaver";
}

async function stateOf({ source, person }: LifecycleEvent, { table, identity }: Workshop): Promise<State> {
  const email = person.email ?? (await readPointer(table, source, person.externalId ?? ""))?.email;
  return email === undefined ? {} : readState(table, identity.person(email));
}

/** Whether an event's source can be asked about the person whom it names by id. */
export function canBeRead({ source, person }: LifecycleEvent, { sources }: Workshop): boolean {
  return person.externalId !== undefined && sources.canRead(source);
}

/** Asks an event's source about its person. Nothing was claimed yet, so the receives are how often this has failed. */
export async function readPerson(
  { source, person }: LifecycleEvent,
  delivery: Delivery,
  { sources, backoffBaseMs }: Workshop,
): Promise<Reading> {
  try {
    return await sources.lookup(source, person.externalId ?? "", delivery);
  } catch (error) {
    if (!(error instanceof RetryLater)) throw error;
    const afterMs = backoffMs(delivery.receives, backoffBaseMs, error.afterMs);
    throw new RetryLater(error.reason, { message: error.message, cause: error, afterMs });
  }
}

function withDetails(event: LifecycleEvent, { said, person }: Reading): LifecycleEvent {
  const email = emailSchema.safeParse(person?.email).data;
  const name = nameSchema.safeParse(person?.name).data;
  const details: Person = {
    ...event.person,
    ...(email && { email }),
    ...(name && { name }),
    ...(person?.department && { department: person.department.slice(0, 255) }),
    ...(person?.groups && { groups: person.groups.filter(isGroupName).slice(0, 200) }),
  };
  return { ...event, person: details, lookup: said };
}

function isGroupName(group: string): boolean {
  return group.length > 0 && group.length <= 255;
}
