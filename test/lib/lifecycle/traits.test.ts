import { describe, expect, test } from "vitest";
import { groupMark } from "../../../lib/ledger/groups.ts";
import { toRemember, traitsOf } from "../../../lib/lifecycle/traits.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const email = "ann@example.com";
const traits = { at: noon, source: "workday", groups: ["ml"], department: "Lab", title: "Lead" };
const config = { roles: [{ when: {} }] };
const later = (person: object, more: object = {}) =>
  lifecycleEvent({ kind: "mover", occurredAt: at(1000), person: { email, ...person }, ...more });

describe("what is known of a person", () => {
  test("is what the event says, else what was said before", () => {
    const known = traitsOf(later({ department: "Sales" }), email, { traits });
    expect(known).toMatchObject({ source: "standard", email, department: "Sales", title: "Lead" });
    expect([known.isIn("ml"), known.isIn("sales")]).toEqual([true, false]);
  });

  test("is not brought back by an event that was overtaken", () => {
    const old = lifecycleEvent({ occurredAt: at(-1000), person: { email, department: "Attic", groups: ["old"] } });
    const known = traitsOf(old, email, { traits });
    expect(known).toMatchObject({ source: "workday", department: "Lab" });
    expect(known.isIn("old")).toBe(false);
  });

  test("is not changed by this system's own events, which know nothing of it", () => {
    expect(traitsOf(later({}, { source: "operator" }), email, { traits }).source).toBe("workday");
    expect(traitsOf(later({}, { source: "operator" }), email, {}).source).toBe("operator");
  });

  test("leaves open what nobody ever said", () => {
    const known = traitsOf(later({}), email, {});
    expect([known.department, known.title, known.isIn("ml")]).toEqual([undefined, undefined, undefined]);
  });

  test("has the groups and apps that a source told of one by one, until the person left", () => {
    const state = {
      [groupMark("standard", "group:in")]: noon * 2,
      [groupMark("standard", "app:out")]: noon * 2 + 1,
    };
    const known = (more: object) => traitsOf(later({}), email, { ...state, ...more });
    expect(["in", "out", "other"].map(known({}).isIn)).toEqual([true, false, undefined]);
    expect(["in", "out", "other"].map(known({ traits }).isIn)).toEqual([true, false, false]);
    expect(known({ leftAt: noon + 1 }).isIn("in")).toBe(false);
  });
});

describe("what is remembered", () => {
  test("is the newest of each", () => {
    expect(toRemember(later({ title: "Head" }), { traits }, config)).toEqual({
      traits: { ...traits, at: noon + 1000, source: "standard", title: "Head" },
    });
  });

  test("is nothing where no rule asks for it, of other kinds, and of those who left", () => {
    expect(toRemember(later({ title: "Head" }), {}, { roles: [] })).toEqual({});
    expect(toRemember(lifecycleEvent({ kind: "invitation.renew" }), { traits }, config)).toEqual({});
    expect(toRemember(lifecycleEvent({ kind: "leaver" }), { traits }, config)).toEqual({
      traits: null,
      placed: null,
      suspended: null,
    });
  });
});
