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
  const drawn = (seed: number) => {
    const chaos = new Chaos({ seed, events: 5_000 });
    return steps.map((step) => chaos.draw(step, true));
  };

  it("breaks the same steps for the same seed, in whatever order they come", () => {
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(2)).not.toEqual(drawn(1));
    const chaos = new Chaos({ seed: 1, events: 5_000 });
    const reversed = steps.toReversed().map((step) => chaos.draw(step, true));
    expect(reversed.filter(Boolean).sort()).toEqual(drawn(1).filter(Boolean).sort());
  });

  it("kills only those who may be killed", () => {
    const chaos = new Chaos({ seed: 1, events: 5_000 });
    expect(drawn(1).some((fault) => fault?.startsWith("kill"))).toBe(true);
    expect(steps.some((step) => chaos.draw(step, false)?.startsWith("kill"))).toBe(false);
  });

  it("brings each sort of storm once", () => {
    expect(storms({ seed: 3, events: 1_000 }).map(({ as }) => as)).toEqual([
      "limit the rate",
      "refuse",
      "answer too late",
    ]);
  });
});
