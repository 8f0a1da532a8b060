import { dice } from "./draw.ts";
import { type Fact, fillStories, isHinter, makePeople, type Person } from "./people.ts";

/** One request's worth of one fact: the first, or a copy. */
export interface Delivery {
  person: Person;
  fact: Fact;
}

export interface Plan {
  people: Person[];
  /** In the order in which they are sent. */
  deliveries: Delivery[];
  /** Unmentioned people at Arize whose addresses contain, or are contained in, those of others. */
  bystanders: string[];
}

/** How much of a run one person's story takes; the rest is other people's. */
const storyShare = 0.15;
const copies = 0.25;

/**
 * Everything that will be sent, from the seed alone: so many deliveries, a quarter of them copies. Most stories arrive in
 * their order with neighbours swapped, a third in any order at all; copies come soon after, or much later.
 */
export function makePlan(options: { seed: number; events: number; people: number; base: number }): Plan {
  const { seed, events, base } = options;
  const people = makePeople(seed, options.people, base);
  fillStories(people, seed, Math.round(events * (1 - copies)), base);
  const placed = people.flatMap((person) => place(person, seed));
  const roll = dice(seed, "copies");
  const originals = placed.length;
  while (placed.length < events) {
    const original = placed[Math.floor(roll() * originals)];
    if (original === undefined) break;
    const later = roll() < 0.6 ? roll() * 0.01 : roll() * 0.4;
    placed.push({ ...original, position: original.position + later });
  }
  const deliveries = placed
    .slice(0, events)
    .sort((a, b) => a.position - b.position)
    .map(({ person, fact }) => ({ person, fact }));
  return { people, deliveries, bystanders: bystanders(people) };
}

interface Placed extends Delivery {
  position: number;
}

function place(person: Person, seed: number): Placed[] {
  const roll = dice(seed, "place", person.email);
  const start = roll() * (1 - storyShare);
  const inAnyOrder = roll() < 0.33 && person.facts.every(({ after, crosses }) => after === undefined && !crosses);
  return person.facts.map((fact) => {
    // Those that race arrive together whatever happens to the others.
    const within =
      fact.order === 0.5 ? 0.5 : inAnyOrder && !isHinter(fact.source) ? roll() : fact.order + (roll() - 0.5) * 0.1;
    return { person, fact, position: start + Math.max(0, within) * storyShare };
  });
}

function bystanders(people: readonly Person[]): string[] {
  return people.filter((_, index) => index % 20 === 0).map(({ email }) => `x${email}`);
}
