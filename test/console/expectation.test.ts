import { describe, expect, it } from "vitest";
import { expectationOf, isAsExpected } from "../../console/expectation.ts";

const at = "2026-11-24T09:00:00.000Z";
const there = { id: "VXNlcjox", status: "active", role: "member" };

describe("what the ledger expects", () => {
  it.each([
    ["nothing of whom no event was about", {}, "nothing"],
    ["nothing of whom a mere profile update was about", { mark_attributes: 2 }, "nothing"],
    ["whoever joined to be there", { mark_membership: 2, invitedAt: at }, "there"],
    ["whoever left to be gone, though nobody saw it yet", { mark_membership: 3, invitedAt: at }, "gone"],
    ["whoever was seen to be gone, to be gone", { mark_membership: 3, goneAt: at }, "gone"],
    ["whoever came back to be there", { mark_membership: 4, invitedAt: at }, "there"],
  ])("is %s", (_, state, expects) => {
    expect(expectationOf(state, 3)).toMatchObject({ expects });
  });

  it("is told with what is known besides", () => {
    const { lines } = expectationOf(
      {
        mark_membership: 2,
        invitedAt: at,
        renewals: 2,
        userId: "VXNlcjox",
        suspended: { at: Date.parse(at), isDeveloper: true },
      },
      3,
    );
    expect(lines.join(" ")).toMatch(/Renewals so far: 2, of 3\..*Suspended since 2026.*Known at Arize as VXNlcjox/);
  });
});

describe("whether Arize has it", () => {
  const gone = expectationOf({ mark_membership: 3, goneAt: at }, 3);
  const joined = expectationOf({ mark_membership: 2, invitedAt: at }, 3);

  it.each([
    [joined, there, true],
    [joined, null, false],
    [gone, null, true],
    [gone, there, false],
    [gone, "cannot be asked: 503", undefined],
    [expectationOf({}, 3), there, undefined],
  ])("%#", (expectation, atArize, isRight) => {
    expect(isAsExpected(expectation, atArize)).toBe(isRight);
  });
});
