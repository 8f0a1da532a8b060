import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupMark, hasMembership, type MembershipEvent, noteMembership } from "../../../lib/ledger/groups.ts";
import { readState, type State } from "../../../lib/ledger/state.ts";
import { type MembershipVerdict, weighMembership } from "../../../lib/lifecycle/membership.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

type Change = "added" | "removed";

/** An event about one group of Ann's, so many milliseconds after noon. */
function about(
  of: string,
  change: Change,
  ms: number,
  { among = ["a", "b"], assumeAbsent = false }: { among?: string[]; assumeAbsent?: boolean } = {},
): MembershipEvent {
  const kind = change === "added" ? "joiner" : "leaver";
  const membership = { of, change, among, assumeAbsent };
  const event = lifecycleEvent({ source: "okta", kind, occurredAt: at(ms), membership });
  if (!hasMembership(event)) throw new Error("it has a membership");
  return event;
}

const version = (ms: number, leaver = false) => (noon + ms) * 2 + (leaver ? 1 : 0);

/** A state that knows what each group's newest event said. */
function knowing(groups: Record<string, [Change, number]>, rest: State = {}): State {
  const marks = Object.entries(groups).map(([group, [change, ms]]) => [
    groupMark("okta", group),
    version(ms, change === "removed"),
  ]);
  return { ...rest, ...Object.fromEntries(marks) };
}

describe("weighing", () => {
  test("an addition makes a joiner", () => {
    expect(weighMembership(about("a", "added", 1), knowing({ a: ["added", 1] }))).toEqual({
      as: "joiner",
      version: version(1),
    });
  });

  test("the removal from the last group makes a leaver", () => {
    const state = knowing({ a: ["removed", 3], b: ["removed", 2] });
    expect(weighMembership(about("a", "removed", 3), state)).toEqual({ as: "leaver", version: version(3, true) });
  });

  test("a removal that came late leaves as of the newest one", () => {
    const state = knowing({ a: ["removed", 3], b: ["removed", 2] });
    expect(weighMembership(about("b", "removed", 2), state)).toEqual({ as: "leaver", version: version(3, true) });
  });

  test("who is still in another group stays", () => {
    const state = knowing({ a: ["removed", 3], b: ["added", 1] });
    expect(weighMembership(about("a", "removed", 3), state)).toEqual({ as: "none", reason: "still_member" });
  });

  test("a removal that a newer addition to the same group overtook means nothing", () => {
    const state = knowing({ a: ["added", 5], b: ["removed", 2] });
    expect(weighMembership(about("a", "removed", 3), state)).toEqual({ as: "none", reason: "still_member" });
  });

  test("an addition that a newer removal from the same group overtook is stale", () => {
    const state = knowing({ a: ["removed", 5], b: ["removed", 2] });
    expect(weighMembership(about("a", "added", 3), state)).toEqual({ as: "none", reason: "stale" });
  });

  test("an addition that came late counts above the removal that it did not know of", () => {
    const state = knowing({ a: ["added", 1], b: ["removed", 3] });
    const verdict = weighMembership(about("a", "added", 1), state);
    expect(verdict).toEqual({ as: "joiner", version: version(4) });
  });

  test("who left for good is in no group that they joined before", () => {
    const left = { leftAt: noon + 5 };
    const before = knowing({ a: ["added", 5], b: ["added", 1] }, left);
    expect(weighMembership(about("a", "added", 5), before)).toEqual({ as: "none", reason: "stale" });
    const after = knowing({ a: ["added", 6] }, left);
    expect(weighMembership(about("a", "added", 6), after)).toEqual({ as: "joiner", version: version(6) });
  });

  test("a group that no event spoke of holds a leaver back, whoever created them", () => {
    const hold = { as: "hold", reason: "membership_unknown" };
    const { membership, ...rest } = about("a", "removed", 3);
    const { assumeAbsent: _, ...silent } = membership;
    for (const known of [{}, { userId: "VXNlcjox", createdHere: true }]) {
      const state = knowing({ a: ["removed", 3] }, known);
      expect(weighMembership({ ...rest, membership }, state)).toEqual(hold);
      expect(weighMembership({ ...rest, membership: silent }, state)).toEqual(hold);
    }
  });

  test("but not where the configuration says that such a group is one they are not in", () => {
    const removed = about("a", "removed", 3, { assumeAbsent: true });
    const leaver = { as: "leaver", version: version(3, true) };
    expect(weighMembership(removed, knowing({ a: ["removed", 3] }))).toEqual(leaver);
    const other = knowing({ a: ["removed", 3], b: ["added", 1] });
    expect(weighMembership(removed, other)).toEqual({ as: "none", reason: "still_member" });
  });

  test("a verdict outranks those that were claimed from less knowledge", () => {
    const leftB = knowing({ a: ["removed", 3], b: ["removed", 2] }, { mark_groups: version(4) });
    expect(weighMembership(about("b", "removed", 2), leftB)).toEqual({ as: "leaver", version: version(4, true) });
    const joinedB = knowing({ a: ["removed", 3], b: ["added", 4] }, { mark_groups: version(5, true) });
    expect(weighMembership(about("b", "added", 4), joinedB)).toEqual({ as: "joiner", version: version(6) });
  });

  test("the same verdict from the same knowledge has the same version", () => {
    const left = knowing({ a: ["removed", 3], b: ["removed", 2] }, { mark_groups: version(4, true) });
    expect(weighMembership(about("a", "removed", 3), left)).toEqual({ as: "leaver", version: version(4, true) });
    const joined = knowing({ a: ["added", 3] }, { mark_groups: version(4) });
    expect(weighMembership(about("a", "added", 3), joined)).toEqual({ as: "joiner", version: version(4) });
  });

  test("one group alone is always known", () => {
    const removed = about("a", "removed", 3, { among: ["a"] });
    expect(weighMembership(removed, knowing({ a: ["removed", 3] }))).toEqual({
      as: "leaver",
      version: version(3, true),
    });
  });

  test("groups that are not among the configured ones do not count", () => {
    const state = knowing({ a: ["removed", 3], b: ["removed", 2], former: ["added", 1] });
    expect(weighMembership(about("a", "removed", 3), state)).toMatchObject({ as: "leaver" });
  });
});

describe("noting", async () => {
  const { table } = await openTestLedger();

  test("keeps the newest that was said of each group", async () => {
    const person = somebody();
    const [a, b] = [groupMark("okta", "a"), groupMark("okta", "b")];
    expect(await noteMembership(table, person, about("a", "added", 2))).toEqual(
      expect.objectContaining({ [a]: version(2) }),
    );
    await noteMembership(table, person, about("a", "removed", 1));
    await noteMembership(table, person, about("b", "added", 1));
    const state = await noteMembership(table, person, about("a", "removed", 2));
    expect(state).toMatchObject({ [a]: version(2, true), [b]: version(1) });
    expect(await readState(table, person)).toEqual(state);
  });

  test("answers what is known when it has nothing newer to say", async () => {
    const person = somebody();
    const event = about("a", "removed", 2);
    const first = await noteMembership(table, person, event);
    expect(await noteMembership(table, person, event)).toEqual(first);
  });

  test("keeps sources apart", () => {
    expect(groupMark("okta", "a")).not.toBe(groupMark("standard", "a"));
    expect(groupMark("okta", "a")).toMatch(/^in_\w{16}$/);
  });
});

describe("deliveries in any order", async () => {
  const { table } = await openTestLedger();

  interface Said {
    group: string;
    change: Change;
    ms: number;
  }

  /** Several groups' histories, each beginning with an event of its own, at times of their own. */
  const histories: fc.Arbitrary<Said[]> = fc
    .array(fc.record({ group: fc.constantFrom("a", "b", "c"), change: fc.constantFrom<Change>("added", "removed") }), {
      minLength: 1,
      maxLength: 6,
    })
    .map((said) => said.map((one, index) => ({ ...one, ms: (index + 1) * 10 })));

  function shuffled(said: Said[]): fc.Arbitrary<Said[]> {
    return fc.shuffledSubarray(said, { minLength: said.length });
  }

  /** Deliveries as the two lanes make them when the sender kept its order: each lane in order, one beside the other. */
  function byLane(said: Said[]): fc.Arbitrary<Said[]> {
    return fc.array(fc.boolean(), { minLength: said.length, maxLength: said.length }).map((coins) => {
      const lanes = { added: said.filter(isAdded), removed: said.filter((one) => !isAdded(one)) };
      return coins.flatMap((coin) => {
        const [first, second] = coin ? [lanes.added, lanes.removed] : [lanes.removed, lanes.added];
        return (first.length > 0 ? first : second).shift() ?? [];
      });
    });
  }

  function isAdded({ change }: Said): boolean {
    return change === "added";
  }

  /** What is true in the end: in a group is who was added to it last. */
  function isMember(said: readonly Said[]): boolean {
    const newest = new Map(said.toSorted((one, other) => one.ms - other.ms).map((one) => [one.group, one.change]));
    return [...newest.values()].includes("added");
  }

  /** Delivers events as the worker does, and tells what it would have ended with. */
  async function deliver(said: readonly Said[], assumeAbsent: boolean) {
    const person = somebody();
    const among = [...new Set(said.map(({ group }) => group))];
    let claimed = { version: 0, as: "nothing" };
    let last: MembershipVerdict["as"] | undefined;
    for (const { group, change, ms } of said) {
      const event = about(group, change, ms, { among, assumeAbsent });
      const state = await noteMembership(table, person, event);
      const verdict = weighMembership(
        event,
        claimed.version === 0 ? state : { ...state, mark_groups: claimed.version },
      );
      last = verdict.as;
      if ((verdict.as === "joiner" || verdict.as === "leaver") && verdict.version >= claimed.version) claimed = verdict;
    }
    return { claimed: claimed.as, last };
  }

  test.each<[string, (said: Said[]) => fc.Arbitrary<Said[]>]>([
    ["the lanes overtake each other", byLane],
    ["the order is any at all", shuffled],
  ])("when %s, who is in no group ends as leaver and a member as joiner", async (_, deliveries) => {
    const orders = histories.chain((said) => fc.tuple(fc.constant(said), deliveries(said), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(orders, async ([said, delivered, assumeAbsent]) => {
        const { claimed } = await deliver(delivered, assumeAbsent);
        expect(claimed).toBe(isMember(said) ? "joiner" : "leaver");
      }),
      { numRuns: 150 },
    );
  });

  test("the last delivery is never told the opposite of what is true", async () => {
    const deliveries = histories.chain((said) => fc.tuple(fc.constant(said), shuffled(said), fc.boolean()));
    await fc.assert(
      fc.asyncProperty(deliveries, async ([said, delivered, assumeAbsent]) => {
        const { last } = await deliver(delivered, assumeAbsent);
        expect(last).not.toBe(isMember(said) ? "leaver" : "joiner");
        // Every group is known by now.
        expect(last).not.toBe("hold");
      }),
      { numRuns: 150 },
    );
  });

  test("an older addition and removal that come after a newer removal leave nobody behind", async () => {
    const said: Said[] = [
      { group: "a", change: "removed", ms: 30 },
      { group: "b", change: "added", ms: 10 },
      { group: "b", change: "removed", ms: 20 },
    ];
    expect(await deliver(said, true)).toEqual({ claimed: "leaver", last: "leaver" });
    expect(await deliver(said, false)).toEqual({ claimed: "leaver", last: "leaver" });
  });
});
