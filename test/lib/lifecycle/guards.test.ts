import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DeletionFacts, type GuardPolicy, guard } from "../../../lib/lifecycle/guards.ts";
import type { Suspicion } from "../../../lib/lifecycle/suspicions.ts";

const policy: GuardPolicy = {
  protectedEmails: ["ceo@example.com"],
  apiKeyOwner: "owner@example.com",
  guards: {
    deletions: { perHour: 5, perDay: 20, shareOfUsers: 0.1, floor: 3 },
    twoPeopleAbove: 10,
    maxListingShrink: 0.2,
  },
};

const ann = "ann@example.com";

function facts(overrides: Partial<DeletionFacts> = {}): DeletionFacts {
  return {
    emails: [ann],
    isAdmin: false,
    otherAdmin: false,
    suspicions: [],
    spent: { lastHour: 0, lastDay: 0, reserved: false },
    users: 1000,
    released: false,
    ...overrides,
  };
}

const spent = (lastHour: number, lastDay: number, reserved = false) => ({ lastHour, lastDay, reserved });

describe("the guard", () => {
  test.each<[string, Partial<DeletionFacts>, string | undefined]>([
    ["an ordinary person", {}, undefined],
    ["somebody protected", { emails: ["ceo@example.com"] }, "protected_email"],
    ["somebody protected, released", { emails: ["ceo@example.com"], released: true }, "protected_email"],
    ["the key's owner", { emails: ["owner@example.com"] }, "api_key_owner"],
    ["the key's owner, released", { emails: ["owner@example.com"], released: true }, "api_key_owner"],
    ["somebody protected under their other address", { emails: [ann, "ceo@example.com"] }, "protected_email"],
    ["the key's owner under their other address", { emails: [ann, "owner@example.com"] }, "api_key_owner"],
    ["an ordinary person with two addresses", { emails: [ann, "ann.lee@example.com"] }, undefined],
    ["the last admin", { isAdmin: true }, "last_admin"],
    ["the last admin, released", { isAdmin: true, released: true }, "last_admin"],
    ["the last admin, with a reservation", { isAdmin: true, spent: spent(0, 0, true) }, "last_admin"],
    ["one admin of several", { isAdmin: true, otherAdmin: true }, undefined],
    ["somebody whose leaver may be a replay", { suspicions: ["possible_replay"] }, "possible_replay"],
    ["the same, released from the budget", { suspicions: ["possible_replay"], released: true }, "possible_replay"],
    ["the same, with a reservation", { suspicions: ["possible_replay"], spent: spent(0, 0, true) }, "possible_replay"],
    ["a leaver from before a restore", { suspicions: ["ledger_restored"] }, "ledger_restored"],
    [
      "somebody protected, in doubt",
      { emails: ["ceo@example.com"], suspicions: ["ledger_restored"] },
      "protected_email",
    ],
    ["the hour's last place", { spent: spent(4, 4) }, undefined],
    ["the hour is spent", { spent: spent(5, 5) }, "deletion_budget"],
    ["the hour is spent, released", { spent: spent(5, 5), released: true }, undefined],
    ["the hour is spent, by this person too", { spent: spent(5, 5, true) }, undefined],
    ["the day's last place", { spent: spent(0, 19) }, undefined],
    ["the day is spent", { spent: spent(0, 20) }, "deletion_budget"],
    ["the share's last place", { users: 100, spent: spent(0, 9) }, undefined],
    ["the share is spent", { users: 100, spent: spent(0, 10) }, "deletion_budget"],
    ["a share is rounded down", { users: 59, spent: spent(0, 5) }, "deletion_budget"],
    ["the floor holds in a small account", { users: 8, spent: spent(0, 2) }, undefined],
    ["the floor is spent in a small account", { users: 8, spent: spent(0, 3) }, "deletion_budget"],
    ["the floor holds before the first listing", { users: undefined, spent: spent(0, 2) }, undefined],
    ["the floor is all before the first listing", { users: undefined, spent: spent(0, 3) }, "deletion_budget"],
  ])("%s", (_, overrides, reason) => {
    const expected = reason === undefined ? { go: true } : { go: false, reason };
    expect(guard(facts(overrides), policy)).toEqual(expected);
  });

  test("a budget of nothing lets nobody go", () => {
    const nothing = { ...policy.guards.deletions, perHour: 0 };
    const strict = { ...policy, guards: { ...policy.guards, deletions: nothing } };
    expect(guard(facts(), strict)).toEqual({ go: false, reason: "deletion_budget" });
  });
});

describe("properties", () => {
  const small = fc.nat(30);
  const anyFacts: fc.Arbitrary<DeletionFacts> = fc.record({
    emails: fc.uniqueArray(fc.constantFrom(ann, "ceo@example.com", "owner@example.com"), { minLength: 1 }),
    isAdmin: fc.boolean(),
    otherAdmin: fc.boolean(),
    suspicions: fc.subarray<Suspicion>(["possible_replay", "ledger_restored"]),
    spent: fc.record({ lastHour: small, lastDay: small, reserved: fc.boolean() }),
    users: fc.option(fc.nat(1000), { nil: undefined }),
    released: fc.boolean(),
  });
  const limits = fc.record({
    perHour: small,
    perDay: small,
    shareOfUsers: fc.double({ min: 0, max: 1, noNaN: true }),
    floor: small,
  });
  const withLimits = (deletions: GuardPolicy["guards"]["deletions"]): GuardPolicy => ({
    ...policy,
    guards: { ...policy.guards, deletions },
  });

  test("a release lifts the budget and nothing else", () => {
    fc.assert(
      fc.property(anyFacts, limits, (given, deletions) => {
        const released = guard({ ...given, released: true }, withLimits(deletions));
        const waiting = guard({ ...given, released: false }, withLimits(deletions));
        if (waiting.go || waiting.reason === "deletion_budget") expect(released).toEqual({ go: true });
        else expect(released).toEqual(waiting);
      }),
    );
  });

  test("those who must never be deleted never are", () => {
    fc.assert(
      fc.property(anyFacts, limits, (given, deletions) => {
        const sacred = given.emails.some((email) => email !== ann) || (given.isAdmin && !given.otherAdmin);
        if (sacred) expect(guard(given, withLimits(deletions)).go).toBe(false);
      }),
    );
  });

  test("one person after the other, no limit is ever exceeded, and a retry costs nothing", () => {
    const people = fc.array(fc.nat(40), { maxLength: 120 });
    fc.assert(
      fc.property(people, limits, fc.option(fc.nat(200), { nil: undefined }), (order, deletions, users) => {
        const gone = new Set<number>();
        for (const one of order) {
          const others = gone.size - (gone.has(one) ? 1 : 0);
          const now = { spent: spent(others, others, gone.has(one)), users };
          const { go } = guard(facts(now), withLimits(deletions));
          if (gone.has(one)) expect(go).toBe(true);
          if (go) gone.add(one);
        }
        const { perHour, perDay, shareOfUsers, floor } = deletions;
        const share = Math.max(floor, Math.floor(shareOfUsers * (users ?? 0)));
        const wanted = new Set(order).size;
        expect(gone.size).toBe(Math.min(perHour, perDay, share, wanted));
      }),
    );
  });
});
