import { describe, expect, test } from "vitest";
import type { State } from "../../../lib/ledger/state.ts";
import { isDue } from "../../../lib/lifecycle/dates.ts";
import { kinds, type LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { isPlanOvertaken, overtakes } from "../../../lib/lifecycle/plans.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

type Kind = LifecycleEvent["kind"];

/** Said at noon plus so many milliseconds, to take effect much later. */
const planned = (kind: Kind, ms = 0) => lifecycleEvent({ kind, occurredAt: at(ms), effectiveAt: at(1_000_000) });

test("an event is due at once, or from its moment on", () => {
  expect(isDue(lifecycleEvent({ occurredAt: at(9) }), noon)).toBe(true);
  expect(isDue(lifecycleEvent({ effectiveAt: at(1) }), noon)).toBe(false);
  expect(isDue(lifecycleEvent({ effectiveAt: at(0) }), noon)).toBe(true);
  expect(isDue(lifecycleEvent({ effectiveAt: "2026-03-02T14:00:00+02:00" }), noon)).toBe(true);
});

describe("a plan whose time has come", () => {
  test.each<[string, LifecycleEvent, State, boolean]>([
    ["a last day that nothing spoke of since", planned("leaver"), {}, false],
    ["a last day that is the newest plan", planned("leaver"), { plannedLeaverAt: noon }, false],
    ["a last day after which another was planned", planned("leaver"), { plannedLeaverAt: noon + 1 }, true],
    ["a last day after which a first was planned", planned("leaver"), { plannedJoinerAt: noon + 1 }, false],
    ["a first day after which another was planned", planned("joiner"), { plannedJoinerAt: noon + 1 }, true],
    ["a return after which a first day was planned", planned("reinstate"), { plannedJoinerAt: noon + 1 }, true],
    ["a first day after which a last was planned", planned("joiner"), { plannedLeaverAt: noon + 1 }, false],
    ["a planned move", planned("mover"), { plannedJoinerAt: noon + 1, plannedLeaverAt: noon + 1 }, false],
    ["no plan at all", lifecycleEvent({ kind: "leaver" }), { plannedLeaverAt: noon + 1 }, false],
  ])("%s", (_, event, state, overtaken) => {
    expect(isPlanOvertaken(event, state)).toBe(overtaken);
  });

  test("goes by when it was made, not by when it takes effect", () => {
    const sooner = { ...planned("leaver", 5), effectiveAt: at(10) };
    expect(isPlanOvertaken(sooner, { plannedLeaverAt: noon + 4 })).toBe(false);
    expect(isPlanOvertaken(sooner, { plannedLeaverAt: noon + 6 })).toBe(true);
  });
});

describe("what has been done overtakes plans", () => {
  const done = (kind: Kind) => lifecycleEvent({ kind, occurredAt: at(5) });

  test("a leaver those of both sorts, a reinstatement the last day, everything else none", () => {
    expect(kinds.map((kind) => [kind, overtakes(done(kind), {})])).toEqual([
      ["joiner", {}],
      ["mover", {}],
      [
        "leaver",
        { plannedLeaverAt: noon + 5, plannedLeaverDue: null, plannedJoinerAt: noon + 5, plannedJoinerDue: null },
      ],
      ["changed", {}],
      ["reinstate", { plannedLeaverAt: noon + 5, plannedLeaverDue: null }],
      ["invitation.resend", {}],
      ["invitation.renew", {}],
      ["password.reset", {}],
      ["placement", {}],
      ["suspend", {}],
    ]);
  });

  test("but no plan that is newer", () => {
    const state = { plannedLeaverAt: noon + 9, plannedJoinerAt: noon + 7 };
    expect(overtakes(done("leaver"), state)).toEqual({});
    expect(overtakes(done("reinstate"), state)).toEqual({});
  });

  test("and not for a change of one group", () => {
    const membership = { of: "a", change: "removed" as const, among: ["a", "b"] };
    expect(overtakes({ ...done("leaver"), membership }, {})).toEqual({});
  });

  test("so that a last day planned before a reinstatement does not come to pass, and one planned after it does", () => {
    const state = overtakes(done("reinstate"), {});
    if (state.plannedLeaverAt === undefined) throw new Error("it overtakes last days");
    const known = { plannedLeaverAt: state.plannedLeaverAt };
    expect(isPlanOvertaken(planned("leaver", 4), known)).toBe(true);
    expect(isPlanOvertaken(planned("leaver", 6), known)).toBe(false);
  });
});
