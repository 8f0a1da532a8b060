import { expect as assert, describe, it } from "vitest";
import { expect, isCalledOff, isTooSoonOrTooLate, type Seen } from "../../faults/model.ts";
import type { Fact, Person } from "../../faults/people.ts";

const minute = 60_000;
function person(
  facts: (Pick<Fact, "kind"> & { minute: number; name?: string; effectiveAfterMs?: number })[],
  more: Partial<Person> = {},
): Person {
  return {
    email: "ada@example.com",
    cast: "any",
    name: "Ada",
    ...more,
    facts: facts.map(({ minute: happened, ...fact }, index) => ({
      ...fact,
      id: `f${index}`,
      source: "standard",
      at: happened * minute,
      order: 0,
    })),
  };
}
const unseen = () => undefined;
const of = (kind: "joiner" | "leaver") => (at: number, effectiveAfterMs?: number) => ({
  kind,
  minute: at,
  ...(effectiveAfterMs !== undefined && { effectiveAfterMs }),
});
const [joiner, leaver] = [of("joiner"), of("leaver")];
const reinstate = (at: number) => ({ kind: "reinstate" as const, minute: at });

describe("who has to be there", () => {
  it.each<[string, Person, string]>([
    ["somebody who joined", person([joiner(0)]), "present"],
    ["somebody who left", person([joiner(0), leaver(5)]), "gone"],
    ["somebody who left in the very moment of joining", person([joiner(5), leaver(5)]), "gone"],
    ["somebody who left before anybody heard of them", person([leaver(5)]), "gone"],
    [
      "somebody who was there and of whom only updates are said",
      person([{ kind: "mover", minute: 1 }], { seeded: "active" }),
      "present",
    ],
    ["somebody who was never there and of whom only updates are said", person([{ kind: "mover", minute: 1 }]), "gone"],
    ["somebody who was deleted before", person([joiner(0)], { seeded: "inactive" }), "gone"],
    ["somebody who came back, in an order nobody knows", person([joiner(0), leaver(5), reinstate(6)]), "either"],
    ["somebody who leaves on a day to come", person([joiner(0), leaver(5, 10 * minute)]), "gone"],
    [
      "somebody who starts again after their last day",
      person([joiner(4, 20 * minute), leaver(5, 10 * minute)]),
      "present",
    ],
    ["somebody who leaves after their first day", person([joiner(4, 5 * minute), leaver(5, 10 * minute)]), "gone"],
    [
      "somebody whose leaving is protected against",
      person([leaver(5)], { seeded: "active", cast: "protected" }),
      "present",
    ],
  ])("%s", (_, who, is) => {
    assert(expect(who, unseen).is).toBe(is);
  });

  const back = person([joiner(0), leaver(5), reinstate(6)]);
  const seen =
    (leaverSentAt: number, backEndedAt: number | undefined) =>
    (id: string): Seen | undefined =>
      id === "f1" ? { sentAt: leaverSentAt, endedAt: undefined } : { sentAt: 0, endedAt: backEndedAt };

  it("a leaver sent after the return was through does not count", () => {
    assert(expect(back, seen(100, 99)).is).toBe("present");
    assert(expect(back, seen(98, 99)).is).toBe("either");
    assert(expect(back, seen(100, undefined)).is).toBe("either");
  });

  it("a planned day that a return called off before it came does not count", () => {
    const planned = person([leaver(5, 10 * minute), reinstate(6)], { seeded: "active" });
    const called = (backEndedAt: number) => (id: string) => ({
      sentAt: 0,
      endedAt: id === "f1" ? backEndedAt : undefined,
    });
    assert(expect(planned, called(10 * minute)).is).toBe("present");
    assert(expect(planned, called(10 * minute + 1)).is).toBe("either");
  });
});

it("a plan is called off by a newer return that is through, and only a plan", () => {
  const planned = person([leaver(5, 10 * minute), leaver(5), reinstate(4), reinstate(6)]);
  const [plan, word] = planned.facts;
  const through = (id: string) => (seenId: string) => ({ sentAt: 0, endedAt: seenId === id ? 1 : undefined });
  assert(plan && isCalledOff(plan, planned, through("f3"))).toBe(true);
  assert(plan && isCalledOff(plan, planned, through("f2"))).toBe(false);
  assert(word && isCalledOff(word, planned, through("f3"))).toBe(false);
});

describe("a deletion", () => {
  const hour = 60 * minute;
  const seenAll = (endedAt: number) => () => ({ sentAt: hour, endedAt });

  it("before the last day is wrong, and on it is right", () => {
    const planned = person([leaver(5, 10 * minute), leaver(6, 20 * minute)], { seeded: "active" });
    assert(isTooSoonOrTooLate(hour + 9 * minute, planned, seenAll(hour))).toBe(true);
    assert(isTooSoonOrTooLate(hour + 10 * minute, planned, seenAll(hour))).toBe(false);
  });

  it("after a newer word of their return was through is wrong, and before it is the leaver's luck", () => {
    const back = person([joiner(0), leaver(5), reinstate(6)]);
    assert(isTooSoonOrTooLate(hour + 2, back, seenAll(hour + 1))).toBe(true);
    assert(isTooSoonOrTooLate(hour + 1, back, seenAll(hour + 2))).toBe(false);
  });

  it("by a leaver that is newer than every return is right at any time", () => {
    const gone = person([joiner(0), reinstate(4), leaver(5)]);
    assert(isTooSoonOrTooLate(hour + 2, gone, seenAll(hour + 1))).toBe(false);
    const startsLater = person([joiner(6, 20 * minute), leaver(5)]);
    assert(isTooSoonOrTooLate(hour + 2, startsLater, seenAll(hour + 1))).toBe(false);
  });

  it("of somebody of whom no leaver is true is wrong", () => {
    assert(isTooSoonOrTooLate(hour, person([joiner(0)]), seenAll(0))).toBe(true);
  });
});

it("nobody can say which name somebody has who is protected against leaving", () => {
  const guarded = person([{ kind: "mover", minute: 1, name: "Ada King" }, leaver(5)], { cast: "protected" });
  assert(expect(guarded, unseen)).toEqual({ is: "present" });
});

it("the newest update names somebody, whatever the order in which it stands", () => {
  const updated = person([
    { kind: "mover", minute: 9, name: "Ada King" },
    { kind: "mover", minute: 3, name: "Ada Byron" },
    joiner(0),
  ]);
  assert(expect(updated, unseen).name).toBe("Ada King");
  assert(expect(person([joiner(0)]), unseen).name).toBe("Ada");
});
