import { optionsOf } from "../config.ts";
import type { State } from "../ledger/state.ts";
import { externalIdAt } from "../ledger/ties.ts";
import type { Claimed } from "./act.ts";
import { ownSources } from "./admissible.ts";
import type { LifecycleEvent, Word } from "./event.ts";
import type { SourceReader } from "./source-reader.ts";
import type { Workshop } from "./workshop.ts";

/** Why somebody is not deleted although an event says that they left. */
export type Doubt = "source_disagrees" | "unconfirmed";

export interface Confirmation {
  /** What the source said, where there was one to ask. */
  lookup?: Word | undefined;
  doubt?: Doubt | undefined;
}

/**
 * Asks once more, right before a deletion, whether somebody left: events come late and in the wrong order, and a deletion
 * is for ever. An operator's own leaver is their word, and so is a release of what was in doubt.
 * @throws RetryLater, Refused when a source that can be read does not answer: that is no licence to delete
 */
export async function confirmLeft(
  { event, state, lifted, turn }: Claimed,
  { sources, config }: Workshop,
): Promise<Confirmation> {
  if (lifted.includes("source_disagrees") || lifted.includes("unconfirmed")) return {};
  const witnesses = witnessesOf(event, state, sources);
  const said: Word[] = [];
  for (const { source, externalId } of witnesses) said.push((await sources.lookup(source, externalId, turn)).said);
  const against = said.find((word) => word === "active" || word === "pending");
  if (against !== undefined) return { lookup: against, doubt: "source_disagrees" };
  if (said.length > 0) return { lookup: said[0] };
  return optionsOf(event.source, config)?.unconfirmedLeavers === "hold" ? { doubt: "unconfirmed" } : {};
}

/** A person's id at a source that can be read. */
interface Witness {
  source: string;
  externalId: string;
}

/**
 * Whom to ask: the event's own source. What this system itself concluded from the ledger names none: then all sources
 * that are known to have the person.
 */
function witnessesOf(event: LifecycleEvent, state: State, sources: SourceReader): Witness[] {
  const { source, person } = event;
  if (sources.canRead(source)) {
    const externalId = person.externalId ?? externalIdAt(state, source);
    return externalId === undefined ? [] : [{ source, externalId }];
  }
  const own: readonly string[] = ownSources;
  if (!own.includes(source) || source === "operator") return [];
  return sources.readable().flatMap((each) => {
    const externalId = externalIdAt(state, each);
    return externalId === undefined ? [] : [{ source: each, externalId }];
  });
}
