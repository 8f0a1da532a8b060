import { dice, pick, pickWeighted } from "./draw.ts";

/** Sources whose events say everything, and sources that only hint: whoever gets a hint has to ask what they say. */
const hinters = ["bamboohr", "entra", "finch", "gusto", "hibob"] as const;
export type Hinter = (typeof hinters)[number];
export type Teller = "okta" | "standard" | "workos" | Hinter;

/** What can be said about a person. */
export interface Fact {
  /** What the sender calls the event; a fact that is delivered again keeps it. */
  id: string;
  kind: "joiner" | "mover" | "leaver" | "reinstate" | "invitation.resend" | "password.reset";
  source: Teller;
  /** When it happened, epoch milliseconds. */
  at: number;
  /** Takes effect so long after it is first sent, milliseconds. */
  effectiveAfterMs?: number;
  name?: string;
  /** Not sent before this other fact has been seen to its end. */
  after?: string;
  /** Not sent before the person was created at Arize. */
  onceThere?: boolean;
  /** Sent while Arize is creating the person, which takes it long. */
  crosses?: boolean;
  /** Where among the person's deliveries it stands, from 0 to 1. */
  order: number;
  /** The source says so of its own accord, and says otherwise when it is asked: somebody came back meanwhile. */
  isMistaken?: boolean;
}

/** Somebody with a story. */
export interface Person {
  email: string;
  /** Which story it is; see `casts`. */
  cast: string;
  /** Their name at Arize before anything is sent. */
  name: string;
  /** What they are at Arize before anything is sent; absent unless given. */
  seeded?: "active" | "inactive";
  facts: Fact[];
}

type Draft = Pick<Fact, "kind" | "order"> & Partial<Fact> & { minute: number };
interface Story {
  seeded?: "active" | "inactive" | "sometimes";
  drafts(roll: () => number): Draft[];
  domain?: string;
  /** Whether updates and commands may be strewn in; not where they would hide what the story is about. */
  plain?: boolean;
  /** Told by a source that only hints, which is asked. */
  hinted?: boolean;
}

const minute = 60_000;
const join = (order = 0): Draft => ({ kind: "joiner", minute: 0, order });
const leave = (more: Partial<Draft> = {}): Draft => ({ kind: "leaver", minute: 50, order: 0.9, ...more });
const planned = { source: "standard" } as const;

/** The stories, and how many of a hundred people have each. */
export const casts = {
  stayer: 25,
  leaver: 20,
  crosser: 2,
  joinedTooLate: 6,
  updatedAfterLeaving: 6,
  racer: 8,
  returner: 6,
  hastyReturner: 3,
  planned: 4,
  plannedAnew: 3,
  plannedInVain: 3,
  renewed: 2,
  blocked: 2,
  protected: 1,
  outsider: 2,
  hintedStayer: 3,
  hintedLeaver: 4,
  hintedMistake: 2,
} as const;

const stories: Record<keyof typeof casts, Story> = {
  stayer: { seeded: "sometimes", drafts: () => [join()] },
  leaver: { seeded: "sometimes", drafts: () => [join(), leave()] },
  joinedTooLate: { drafts: () => [join(0.9), leave({ order: 0.1 })] },
  updatedAfterLeaving: {
    seeded: "active",
    drafts: () => [{ kind: "mover", minute: 55, order: 0.5 }, leave({ order: 0.6 })],
  },
  racer: { plain: true, drafts: () => [join(0.5), leave({ order: 0.5 })] },
  crosser: { plain: true, drafts: () => [join(0.4), leave({ order: 0.4, crosses: true })] },
  // The leaver is sent when the person is back already: it must not count any more.
  returner: {
    drafts: () => [
      join(),
      { kind: "reinstate", minute: 40, order: 0.4, id: "back" },
      leave({ minute: 30, after: "back" }),
    ],
  },
  hastyReturner: {
    plain: true,
    drafts: () => [join(), leave({ minute: 30, order: 0.5 }), { kind: "reinstate", minute: 40, order: 0.5 }],
  },
  planned: {
    seeded: "active",
    drafts: (roll) => [leave({ minute: 30, order: 0.3, ...planned, effectiveAfterMs: (2 + 4 * roll()) * minute })],
  },
  plannedAnew: {
    seeded: "active",
    drafts: (roll) => [
      leave({ minute: 30, order: 0.3, ...planned, effectiveAfterMs: 7 * 24 * 60 * minute }),
      leave({ minute: 31, order: roll(), ...planned, effectiveAfterMs: (2 + 2 * roll()) * minute }),
    ],
  },
  plannedInVain: {
    seeded: "active",
    drafts: () => [
      leave({ minute: 30, order: 0.3, ...planned, effectiveAfterMs: 6 * minute }),
      { kind: "reinstate", minute: 35, order: 0.31, ...planned },
    ],
  },
  // One contract ends, the next one is signed: whoever is deleted in between can never come back.
  renewed: {
    seeded: "active",
    plain: true,
    drafts: () => [
      { kind: "joiner", minute: 29, order: 0.2, id: "next", ...planned, effectiveAfterMs: 7 * 24 * 60 * minute },
      leave({ minute: 30, order: 0.3, after: "next", ...planned, effectiveAfterMs: 2 * minute }),
    ],
  },
  blocked: { seeded: "inactive", drafts: () => [join(0.3)], plain: true },
  protected: { seeded: "active", drafts: () => [leave()] },
  hintedStayer: { plain: true, hinted: true, drafts: () => [join(0.1), { kind: "mover", minute: 20, order: 0.8 }] },
  hintedLeaver: { plain: true, hinted: true, drafts: () => [join(0.1), leave()] },
  // Only a deletion has the source asked: a leaver of somebody who is not there yet is believed, and overtakes their joiner.
  hintedMistake: { plain: true, hinted: true, drafts: () => [join(0.1), leave({ isMistaken: true, onceThere: true })] },
  outsider: { seeded: "active", domain: "elsewhere.example.org", drafts: () => [join(), leave()] },
};

/** Makes the people of a run. @param base when their stories begin, epoch milliseconds */
export function makePeople(seed: number, count: number, base: number): Person[] {
  return Array.from({ length: count }, (_, index) => makePerson(seed, index, base));
}

function makePerson(seed: number, index: number, base: number): Person {
  const roll = dice(seed, "person", index);
  const cast = pickWeighted(casts, roll()) ?? "stayer";
  const { seeded, drafts, domain = "example.com", hinted } = stories[cast];
  const standing = seeded === "sometimes" ? (roll() < 0.4 ? "active" : undefined) : seeded;
  const local = `p${index}`;
  const person: Person = {
    email: `${local}@${domain}`,
    cast,
    name: `Person ${index}`,
    ...(standing && { seeded: standing }),
    facts: [],
  };
  const hinter = pick(hinters, roll());
  const own = (id: string) => `${local}-${id}`;
  for (const [number, draft] of drafts(roll).entries()) {
    const source = draft.source ?? (hinted ? hinter : tellerOf(draft.kind, roll()));
    const { minute: happened, id = `fact${number}`, after, ...rest } = draft;
    person.facts.push({
      ...rest,
      ...(draft.kind === "joiner" && { name: person.name }),
      ...(draft.kind === "mover" && { name: `${person.name} after` }),
      ...(after !== undefined && { after: own(after) }),
      id: own(id),
      source,
      at: base + happened * minute,
    });
  }
  return person;
}

function tellerOf(kind: Fact["kind"], number: number): Teller {
  if (kind === "reinstate") return "standard";
  return pick(["okta", "okta", "standard", "standard", "workos"], number);
}

/** Whether somebody's source only hints. */
export function isHinter(source: Teller): source is Hinter {
  return hinters.some((hinter) => hinter === source);
}

/** Strews updates and commands into the stories until there are so many facts. */
export function fillStories(people: readonly Person[], seed: number, wanted: number, base: number): void {
  const open = people.filter(({ cast }) => !isPlain(cast));
  const roll = dice(seed, "fill");
  for (
    let count = people.reduce((sum, { facts }) => sum + facts.length, 0);
    count < wanted && open.length > 0;
    count++
  ) {
    const person = open[Math.floor(roll() * open.length)];
    person?.facts.push(filler(person, roll, base));
  }
  // Who comes back is reported with the name that they have by then.
  for (const { facts, name } of people) {
    const newest =
      facts
        .filter(({ kind }) => kind === "mover")
        .toSorted((a, b) => a.at - b.at)
        .at(-1)?.name ?? name;
    for (const fact of facts) if (fact.kind === "reinstate") fact.name = newest;
  }
}

function filler(person: Person, roll: () => number, base: number): Fact {
  const number = person.facts.length;
  const id = `${person.email.split("@")[0]}-more${number}`;
  const kind = pick(["mover", "mover", "mover", "invitation.resend", "password.reset"] as const, roll());
  // Each at a time of its own, so that the newest is the newest.
  const at = base + (1 + roll() * 28) * minute + number;
  const source = kind === "mover" ? tellerOf(kind, roll()) : "standard";
  return { id, kind, source, at, order: roll(), ...(kind === "mover" && { name: `${person.name} (${number})` }) };
}

function isPlain(cast: string): boolean {
  return Object.entries(stories).some(([name, { plain }]) => name === cast && plain === true);
}
