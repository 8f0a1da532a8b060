import { optionsOf } from "../config.ts";
import type { State } from "../ledger/state.ts";
import { externalIdsAt } from "../ledger/ties.ts";
import type { Claimed } from "./act.ts";
import { ownSources } from "./admissible.ts";
import type { Reading, SourceReader } from "./calls/source-reader.ts";
import { emailSchema, type LifecycleEvent, type Word } from "./event.ts";
import type { Workshop } from "./workshop.ts";

/** Why somebody is not deleted although an event says that they left. */
export type Doubt = "source_disagrees" | "unconfirmed";

export interface Confirmation {
  /** What the source said, where there was one to ask. */
  lookup?: Word | undefined;
  doubt?: Doubt | undefined;
}

/**
 * Asks once more, right before a deletion, whether somebody left: events come late and in the wrong order, may name an id
 * that is not the person's, and a deletion is for ever. An operator's own leaver is their word, and so is a release of what
 * was in doubt.
 * @throws RetryLater, Refused when a source that can be read does not answer: that is no licence to delete
 */
export async function confirmLeft(
  { event, email, state, lifted, turn }: Claimed,
  { sources, config }: Workshop,
): Promise<Confirmation> {
  if (lifted.includes("source_disagrees") || lifted.includes("unconfirmed")) return {};
  const readings: Reading[] = [];
  for (const { source, externalId } of witnessesOf(event, state, sources)) {
    readings.push(await sources.lookup(source, externalId, turn));
  }
  const [first] = readings;
  const against = readings.find((reading) => isAgainst(reading, email));
  if (against !== undefined) return { lookup: against.said, doubt: "source_disagrees" };
  if (first !== undefined) return { lookup: first.said };
  return optionsOf(event.source, config)?.unconfirmedLeavers === "hold" ? { doubt: "unconfirmed" } : {};
}

/** They are still there, or hired again; or whoever left has another address. */
function isAgainst({ said, person }: Reading, email: string): boolean {
  const address = emailSchema.safeParse(person?.email).data;
  return said === "active" || said === "pending" || (address !== undefined && address !== email);
}

/** A person's id at a source that can be read. */
interface Witness {
  source: string;
  externalId: string;
}

/**
 * Whom to ask: the event's own source, about the id that it names and every other one that it ever gave for the person.
 * What this system itself concluded from the ledger names none: then all sources that are known to have the person.
 */
function witnessesOf(event: LifecycleEvent, state: State, sources: SourceReader): Witness[] {
  const { source, person } = event;
  if (sources.canRead(source)) return idsAt(state, source, person.externalId);
  const own: readonly string[] = ownSources;
  if (!own.includes(source) || source === "operator") return [];
  return sources.readable().flatMap((each) => idsAt(state, each, undefined));
}

function idsAt(state: State, source: string, named: string | undefined): Witness[] {
  const ids = new Set([...(named === undefined ? [] : [named]), ...externalIdsAt(state, source)]);
  return [...ids].map((externalId) => ({ source, externalId }));
}
