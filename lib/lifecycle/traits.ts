import type { LifecycleConfig } from "../config.ts";
import type { Facts } from "../ledger/claim.ts";
import { groupMark } from "../ledger/groups.ts";
import type { State } from "../ledger/state.ts";
import { ownSources } from "./admissible.ts";
import { eventTime, type LifecycleEvent } from "./event.ts";
import type { Traits } from "./roles.ts";

type Remembered = NonNullable<State["traits"]>;

/**
 * What the role rules can know about a person: what the event says, and where it says nothing what earlier ones said.
 * Thin events name no group and no department, and nobody has left those because of it. Pure.
 */
export function traitsOf(event: LifecycleEvent, email: string, state: State): Traits {
  const { source, groups, department, title } = newest(event, state);
  const isIn = (group: string) => markedIn(source, group, state) ?? groups?.includes(group);
  return { source, email, department, title, isIn };
}

/** What the ledger remembers once an event is applied: nothing where no rule asks for it, or of those who left. Pure. */
export function toRemember(event: LifecycleEvent, state: State, { roles }: Pick<LifecycleConfig, "roles">): Facts {
  if (event.kind === "leaver") return { traits: null, placed: null, suspended: null };
  const tells = event.kind === "joiner" || event.kind === "reinstate" || event.kind === "mover";
  const returns = state.suspended !== undefined && (event.kind === "joiner" || event.kind === "reinstate");
  return {
    ...(tells && roles.length > 0 && { traits: newest(event, state) }),
    ...(returns && { suspended: null }),
  };
}

// Of each trait what was said last: an event that was overtaken must not bring the old department back.
function newest(event: LifecycleEvent, { traits }: State): Remembered {
  const { groups, department, title } = event.person;
  const at = eventTime(event);
  const own: readonly string[] = ownSources;
  const said = { groups, department, title, at, source: own.includes(event.source) ? undefined : event.source };
  const [newer, older] = at >= (traits?.at ?? 0) ? [said, traits] : [traits, said];
  return {
    at: Math.max(at, traits?.at ?? 0),
    source: newer?.source ?? older?.source ?? event.source,
    groups: newer?.groups ?? older?.groups,
    department: newer?.department ?? older?.department,
    title: newer?.title ?? older?.title,
  };
}

// Sources that tell of groups one by one leave a mark for each, even when the person was added.
function markedIn(source: string, group: string, state: State): boolean | undefined {
  const marks = ["group", "app"].map((type) => state[groupMark(source, `${type}:${group}`)]);
  const mark = marks.find((each) => typeof each === "number");
  return mark === undefined ? undefined : mark % 2 === 0 && mark / 2 > (state.leftAt ?? Number.NEGATIVE_INFINITY);
}
