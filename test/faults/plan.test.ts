import { describe, expect, it } from "vitest";
import { Chaos, storms } from "../../faults/chaos.ts";
import { casts } from "../../faults/people.ts";
import { makePlan } from "../../faults/plan.ts";
import type { Step } from "../../faults/steps.ts";

const base = Date.UTC(2026, 10, 24, 9);
const options = { seed: 7, events: 2_000, people: 100, base };

describe("a plan", () => {
  it("is made by its seed alone", () => {
    expect(makePlan(options)).toEqual(makePlan(options));
    expect(makePlan({ ...options, seed: 8 })).not.toEqual(makePlan(options));
  });

  it("delivers each fact at least once, a quarter of them again, and exactly what was asked for", () => {
    const { people, deliveries } = makePlan(options);
    const facts = people.flatMap((person) => person.facts);
    expect(deliveries).toHaveLength(2_000);
    expect(new Set(deliveries.map(({ fact }) => fact.id))).toEqual(new Set(facts.map(({ id }) => id)));
    expect(facts).toHaveLength(1_500);
    expect(people).toHaveLength(100);
  });

  it("has every sort of story and every kind of event", () => {
    const { people } = makePlan({ ...options, people: 1_000, events: 10_000 });
    expect(new Set(people.map(({ cast }) => cast))).toEqual(new Set(Object.keys(casts)));
    const kinds = people.flatMap(({ facts }) => facts.map(({ kind }) => kind));
    expect([...new Set(kinds)].sort()).toEqual(
      ["invitation.resend", "joiner", "leaver", "mover", "password.reset", "reinstate"].sort(),
    );
  });
});

describe("chaos", () => {
  const steps: Step[] = Array.from({ length: 3_000 }, (_, index) => ({
    service: "arize",
    name: "DELETE user",
    subject: `user${index % 700}`,
    isWrite: true,
  }));
  const drawn = (seed: number, mortal?: string) => {
    const chaos = new Chaos(seed);
    return steps.map((step) => chaos.draw(step, mortal));
  };

  it("breaks the same steps for the same seed, in whatever order they come", () => {
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
    const chaos = new Chaos(1);
    const reversed = steps.toReversed().map((step) => chaos.draw(step, undefined));
    expect(reversed.filter(Boolean).sort()).toEqual(drawn(1).filter(Boolean).sort());
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("kills before and after a step within the first six times (seed %i)", (seed) => {
    const first = drawn(seed, "mortal").slice(0, 6);
    expect(first.filter((fault) => fault?.startsWith("kill")).sort()).toEqual([
      "kill after the effect",
      "kill before the effect",
    ]);
  });

  it("kills ever more rarely, each worker for itself, and none that stays", () => {
    const kills = drawn(1, "mortal").filter((fault) => fault?.startsWith("kill")).length;
    expect(kills).toBeGreaterThan(3);
    expect(kills).toBeLessThan(12);
    const chaos = new Chaos(1);
    const both = steps.flatMap((step) => [chaos.draw(step, "mortal"), chaos.draw(step, "ingest")]);
    expect(both.filter((fault) => fault?.startsWith("kill")).length).toBeGreaterThan(kills);
    expect(drawn(1).some((fault) => fault?.startsWith("kill"))).toBe(false);
  });

  it("brings each sort of storm once", () => {
    expect(storms({ seed: 3, events: 1_000 }).map(({ as }) => as)).toEqual([
      "limit the rate",
      "refuse",
      "answer too late",
    ]);
  });
});
