import type { Fact, Person } from "./people.ts";

/** What was seen of one fact: when it was first sent, and when its end was written down, epoch milliseconds. */
export interface Seen {
  sentAt: number;
  endedAt: number | undefined;
}

/** How somebody has to be found at Arize in the end. */
export interface Expected {
  /** `either` where the order of arrival decides, and both orders were possible. */
  is: "present" | "gone" | "either";
  /** Absent where it decides which of their events came first: who is known to be leaving is not updated any more. */
  name?: string;
}

/**
 * What must have become of a person, from their facts and the order of their times alone: the newest word on whether they
 * belong there counts, a leaver before another of the same moment; a deletion is for ever. This shares no code with what
 * it judges.
 */
export function expect(person: Person, seen: (id: string) => Seen | undefined): Expected {
  const name = nameOf(person);
  if (person.cast === "outsider") return { is: "present", name: person.name };
  if (person.cast === "protected") return { is: "present" };
  if (person.seeded === "inactive") return { is: "gone", name };
  return { is: membership(person, seen), name };
}

/** Whether a planned last day was called off by a return, after which nothing more is heard of it. */
export function isCalledOff(plan: Fact, { facts }: Person, seen: (id: string) => Seen | undefined): boolean {
  if (plan.kind !== "leaver" || plan.effectiveAfterMs === undefined) return false;
  return facts.some(({ id, kind, at }) => kind === "reinstate" && at > plan.at && seen(id)?.endedAt !== undefined);
}

/** More than any two clocks of the lab differ by. */
const clocksMs = 3_500;

/**
 * Whether nobody could have been deleted rightly at this time, whatever comes later: before their last day, or when a newer
 * word of their return had been seen to its end.
 */
export function isTooSoonOrTooLate(deletedAt: number, person: Person, seen: (id: string) => Seen | undefined): boolean {
  const { leavers, joiners } = wordsOf(person);
  const days = leavers.map(({ id, effectiveAfterMs = 0 }) => (seen(id)?.sentAt ?? 0) + effectiveAfterMs);
  if (deletedAt < Math.min(...days) - clocksMs) return true;
  return joiners.some(({ id, at, effectiveAfterMs }) => {
    const through = effectiveAfterMs === undefined ? seen(id)?.endedAt : undefined;
    return through !== undefined && through < deletedAt && leavers.every((leaver) => leaver.at < at);
  });
}

function wordsOf({ facts }: Person): { leavers: Fact[]; joiners: Fact[] } {
  // Who is asked says what is true, whatever they told before.
  const words = facts.filter(({ isMistaken }) => !isMistaken);
  return {
    leavers: words.filter(({ kind }) => kind === "leaver"),
    joiners: words.filter(({ kind }) => kind === "joiner" || kind === "reinstate"),
  };
}

function membership(person: Person, seen: (id: string) => Seen | undefined): Expected["is"] {
  const { leavers, joiners } = wordsOf(person);
  const { seeded } = person;
  // Nobody is deleted for good who is to start again after their last day: a person has to look at that.
  const startsAgain = ({ effectiveAfterMs: last }: Fact) =>
    last !== undefined && joiners.some(({ effectiveAfterMs: first }) => first !== undefined && first > last);
  if (leavers.length > 0 && leavers.every(startsAgain)) return "present";
  const newestJoiner = joiners.reduce((newest, { at }) => Math.max(newest, at), Number.NEGATIVE_INFINITY);
  // The day that is planned is when somebody leaves; until it comes, a newer word of their return calls it off.
  const standing = leavers.filter(({ at, effectiveAfterMs }) => effectiveAfterMs === undefined || at > newestJoiner);
  if (standing.some(({ at }) => at >= newestJoiner)) return "gone";
  if (joiners.length === 0 && seeded === undefined) return "gone";
  const mayHaveCountedFirst = leavers.some((leaver) => !cameTooLate(leaver, joiners, newestJoiner, seen));
  return mayHaveCountedFirst ? "either" : "present";
}

/** Whether a leaver could not count, as a newer word had been seen to its end before this one could take effect. */
function cameTooLate(
  leaver: Fact,
  joiners: readonly Fact[],
  newestJoiner: number,
  seen: (id: string) => Seen | undefined,
): boolean {
  const newest = joiners.find(({ at }) => at === newestJoiner);
  const through = newest && seen(newest.id)?.endedAt;
  const sentAt = seen(leaver.id)?.sentAt;
  if (through === undefined || sentAt === undefined) return false;
  return through <= sentAt + (leaver.effectiveAfterMs ?? 0);
}

function nameOf({ facts, name }: Person): string {
  const updates = facts.filter(({ kind }) => kind === "mover").sort((a, b) => a.at - b.at);
  return updates.at(-1)?.name ?? name;
}
