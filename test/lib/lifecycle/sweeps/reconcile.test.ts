import { describe, expect, test } from "vitest";
import type { User } from "../../../../lib/arize/schemas.ts";
import { type LifecycleConfigInput, parseConfig } from "../../../../lib/config.ts";
import type { State } from "../../../../lib/ledger/state.ts";
import { eventSchema, eventTime } from "../../../../lib/lifecycle/event.ts";
import {
  isListingTrusted,
  leftForGood,
  lingeringLeaver,
  planInvitation,
} from "../../../../lib/lifecycle/sweeps/reconcile.ts";
import { arizeUser, at, minimalConfig, noon } from "../../../support/events.ts";

const hourMs = 3_600_000;
const userId = "VXNlcjox";
const email = "ann@example.com";
const left: State = { mark_membership: noon * 2 + 1 };

function plan(
  user: Partial<User>,
  state?: State,
  { now = noon, ...overrides }: Partial<LifecycleConfigInput> & { now?: number } = {},
) {
  return planInvitation(arizeUser(user), state, now, parseConfig(minimalConfig(overrides)));
}

describe("an expired invitation", () => {
  const expired = { status: "expired" as const };

  test("is renewed at once the first time, with an event of this system's own", () => {
    for (const state of [undefined, {}, { renewals: 0, invitedAt: at(-1) }]) {
      expect(plan(expired, state)).toEqual({
        wants: "renew",
        email,
        userId,
        event: {
          id: `reconcile:renew:${userId}:1`,
          source: "reconcile",
          kind: "invitation.renew",
          attempt: 0,
          occurredAt: at(0),
          receivedAt: at(0),
          person: { email },
        },
      });
    }
  });

  test.each([
    [1, 24],
    [2, 48],
  ])("after %i renewals waits for %i hours since the last one", (renewals, hours) => {
    const state = { renewals, invitedAt: at(0) };
    expect(plan(expired, state, { now: noon + hours * hourMs - 1 })).toBeUndefined();
    expect(plan(expired, state, { now: noon + hours * hourMs })).toMatchObject({
      wants: "renew",
      event: { id: `reconcile:renew:${userId}:${renewals + 1}` },
    });
  });

  test("is reported once it was renewed as often as allowed, and nothing is sent", () => {
    expect(plan(expired, { renewals: 3, invitedAt: at(-1e9) })).toEqual({ wants: "abandoned", email, userId });
    const never = { invitations: { maxRenewals: 0, renewalGapHours: 1 } };
    expect(plan(expired, undefined, never)).toEqual({ wants: "abandoned", email, userId });
  });

  test("is left alone when the person left, or is nobody of ours", () => {
    expect(plan(expired, left)).toBeUndefined();
    expect(plan({ ...expired, email: "ann@example.org" })).toBeUndefined();
  });
});

describe("an open invitation", () => {
  const invited = { status: "invited" as const, createdAt: new Date(noon) };
  const remindAfter = (remindAfterHours: number, now: number) => ({ invitations: { remindAfterHours }, now });

  test("gets no reminder unless the configuration wants one", () => {
    expect(plan(invited, undefined, { now: noon + 1000 * hourMs })).toBeUndefined();
  });

  test("gets one when it is old enough, by the ledger's date or else by Arize's", () => {
    const late = remindAfter(48, noon + 48 * hourMs);
    expect(plan(invited, undefined, { ...late, now: late.now - 1 })).toBeUndefined();
    expect(plan(invited, undefined, late)).toMatchObject({
      wants: "remind",
      event: { id: `reconcile:remind:${userId}:0`, kind: "invitation.resend", source: "reconcile" },
    });
    expect(plan(invited, { invitedAt: at(hourMs) }, late)).toBeUndefined();
  });

  test("gets one that is not wanted any more when it comes too late", () => {
    const late = remindAfter(48, noon + 48 * hourMs);
    expect(plan(invited, undefined, { ...late, commandTtlMinutes: 30 })).toMatchObject({
      event: { occurredAt: at(48 * hourMs), expiresAt: at(48.5 * hourMs) },
    });
    expect(plan(invited, undefined, late)).toMatchObject({ event: { expiresAt: at(49 * hourMs) } });
  });

  test("gets one only, until it is renewed", () => {
    const late = remindAfter(48, noon + 100 * hourMs);
    expect(plan(invited, { invitedAt: at(0), remindedAt: at(50 * hourMs) }, late)).toBeUndefined();
    expect(plan(invited, { invitedAt: at(51 * hourMs), renewals: 1, remindedAt: at(50 * hourMs) }, late)).toMatchObject(
      {
        event: { id: `reconcile:remind:${userId}:1` },
      },
    );
  });

  test("gets none when its age is not known, or the person left", () => {
    const late = remindAfter(1, noon + 100 * hourMs);
    expect(plan({ status: "invited" }, undefined, late)).toBeUndefined();
    expect(plan(invited, left, late)).toBeUndefined();
  });
});

test.each(["active", "inactive", "unknown"] as const)("nothing is planned for somebody %s", (status) => {
  expect(plan({ status, createdAt: new Date(0) }, undefined, { invitations: { remindAfterHours: 1 } })).toBeUndefined();
});

test.each<[string, number, boolean, number | undefined, boolean]>([
  ["the first one", 5, true, undefined, true],
  ["one that grew", 120, true, 100, true],
  ["one that shrank by as much as is allowed", 80, true, 100, true],
  ["one that shrank by more", 79, true, 100, false],
  ["an empty one after people were seen", 0, true, 1, false],
  ["one with an unknown status", 100, false, 100, false],
  ["the first one with an unknown status", 100, false, undefined, false],
])("of listings, %s is believed or not", (_, users, statusesKnown, before, trusted) => {
  const last = before === undefined ? undefined : { users: before, at: at(0) };
  expect(isListingTrusted({ users, statusesKnown }, last, 0.2)).toBe(trusted);
});

describe("somebody who is still there although they left", () => {
  test("left when their newest leaver happened, if they were seen to go", () => {
    expect(leftForGood({ ...left, goneAt: at(5) })).toBe(noon);
    expect(leftForGood(left)).toBeUndefined();
    expect(leftForGood({ goneAt: at(5), mark_membership: (noon + 9) * 2 })).toBeUndefined();
    expect(leftForGood({ goneAt: at(5) })).toBeUndefined();
  });

  test("gets one leaver for each time they left, which carries that time", () => {
    const now = noon + 30 * hourMs;
    const event = lingeringLeaver(userId, email, noon, now);
    expect(event).toMatchObject({
      id: `reconcile:gone:${userId}:${noon}`,
      kind: "leaver",
      receivedAt: at(30 * hourMs),
    });
    expect(eventTime(event)).toBe(noon);
    expect(eventSchema.parse(event)).toEqual(event);
    expect(lingeringLeaver(userId, email, noon, now + 48 * hourMs).id).toBe(event.id);
    expect(lingeringLeaver(userId, email, noon + 1, now).id).not.toBe(event.id);
  });
});
