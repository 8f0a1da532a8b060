import { describe, expect, it } from "vitest";
import type { Kind } from "../../../lib/lifecycle/event.ts";
import { readOktaEvent } from "../../../lib/sources/okta-event.ts";
import { oktaHook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:30:01.500Z");
const access = { apps: ["0oa1"], groups: ["00g1", "00g2"], assumeAbsent: false };
const among = ["app:0oa1", "group:00g1", "group:00g2"];

function logEvent(event: Partial<Parameters<typeof oktaHook>[0]>, changes: Record<string, unknown> = {}) {
  const email = "noor@example.com";
  const [element] = oktaHook({ eventType: "user.lifecycle.deactivate", email, externalId: "00u1", ...event }).data
    .events;
  return { ...element, ...changes };
}
const target = (type: string, fields: Record<string, unknown> = {}) => ({
  type,
  id: "00u1",
  alternateId: "noor@example.com",
  displayName: "Noor Haddad",
  ...fields,
});
const read = (element: unknown, kind: Kind = "leaver") => readOktaEvent(element, kind, receivedAt, access);

describe("readOktaEvent", () => {
  it("makes an event of what is needed, and nothing else", () => {
    const element = logEvent({ uuid: "u-1", name: "Noor Haddad", published: "2026-10-05T10:30:00+02:00" });
    expect(read(element)).toStrictEqual({
      event: {
        id: "okta:u-1",
        source: "okta",
        kind: "leaver",
        attempt: 0,
        occurredAt: "2026-10-05T08:30:00.000Z",
        receivedAt: "2026-10-05T08:30:01.500Z",
        person: { externalId: "00u1", email: "noor@example.com", name: "Noor Haddad" },
      },
    });
  });

  it.each(["SUCCESS", "Success", "success", null, undefined])("takes the outcome %s for done", (result) => {
    expect(read(logEvent({}, { outcome: { result } }))).toHaveProperty("event");
  });

  it("needs no outcome", () => {
    expect(read(logEvent({}, { outcome: null }))).toHaveProperty("event");
  });

  it.each(["FAILURE", "failure", "SKIPPED", "DENY", "SCHEDULED", ""])("ignores the outcome %j", (result) => {
    expect(read(logEvent({}, { outcome: { result } }))).toBe("ignored");
  });

  it.each([[null], [undefined], [[]], [[target("AppUser")]], [[null, 7, { type: "User" }]]])(
    "ignores the targets %j",
    (value) => {
      expect(read(logEvent({}, { target: value }))).toBe("ignored");
    },
  );

  it("never takes the actor for the subject", () => {
    expect(read(logEvent({}, { target: null, actor: target("User") }))).toBe("ignored");
  });

  it("takes one user named twice, and never one of two", () => {
    expect(read(logEvent({}, { target: [target("User"), target("User")] }))).toHaveProperty("event");
    expect(read(logEvent({}, { target: [target("User"), target("User", { id: "00u2" })] }))).toEqual({
      problem: "target: names several users",
    });
  });

  it.each([
    ["a login that is no address", { alternateId: "nhaddad" }, { externalId: "00u1", name: "Noor Haddad" }],
    ["no login", { alternateId: null }, { externalId: "00u1", name: "Noor Haddad" }],
    ["no name", { displayName: null }, { externalId: "00u1", email: "noor@example.com" }],
    ["a name that is not known", { displayName: "Unknown" }, { externalId: "00u1", email: "noor@example.com" }],
    ["a name too long", { displayName: "n".repeat(256) }, { externalId: "00u1", email: "noor@example.com" }],
    [
      "capitals",
      { alternateId: "Noor@Example.COM" },
      { externalId: "00u1", email: "noor@example.com", name: "Noor Haddad" },
    ],
  ])("describes the person with %s", (_, fields, person) => {
    expect(read(logEvent({}, { target: [target("User", fields)] }))).toMatchObject({ event: { person } });
  });

  it.each([
    [{ uuid: undefined }, "uuid: expected string"],
    [{ uuid: "two words" }, "uuid: malformed"],
    [{ published: "noor@example.com" }, "published: malformed datetime"],
    [{ target: "noor@example.com" }, "target: expected array"],
    [{ outcome: "SUCCESS" }, "outcome: expected object"],
    [{ target: [target("User", { id: "x".repeat(256) })] }, "person.externalId: at most 255"],
    [{ target: [target("User", { id: "" })] }, "person.externalId: at least 1"],
  ])("says what is wrong with %j, by field", (changes, problem) => {
    expect(read(logEvent({}, changes))).toEqual({ problem });
  });
});

describe("memberships", () => {
  const app = (verb: string, id: string) =>
    logEvent({ eventType: `application.user_membership.${verb}`, targetApp: id });
  const group = (verb: string, id: string) => logEvent({ eventType: `group.user_membership.${verb}`, targetGroup: id });

  it.each([
    ["app added", app("add", "0oa1"), "joiner", { of: "app:0oa1", change: "added", among }],
    ["app removed", app("remove", "0oa1"), "leaver", { of: "app:0oa1", change: "removed", among }],
    ["group added", group("add", "00g2"), "joiner", { of: "group:00g2", change: "added", among }],
    ["group added again", group("add", "00g2"), "reinstate", { of: "group:00g2", change: "added", among }],
    ["group removed", group("remove", "00g1"), "leaver", { of: "group:00g1", change: "removed", among }],
  ] as const)("%s", (_, element, kind, membership) => {
    expect(read(element, kind)).toMatchObject({ event: { kind, membership, person: { externalId: "00u1" } } });
  });

  it.each([true, false])("carry whether absence may be assumed: %s", (assumeAbsent) => {
    const result = readOktaEvent(group("remove", "00g1"), "leaver", receivedAt, { ...access, assumeAbsent });
    expect(result).toMatchObject({ event: { membership: { among, assumeAbsent } } });
  });

  const eventType = "group.user_membership.remove";
  it.each([
    ["another app", app("remove", "0oa9")],
    ["another group", group("remove", "00g9")],
    ["an app with a group's id", app("remove", "00g1")],
    ["a group with an app's id", group("remove", "0oa1")],
    ["none", logEvent({ eventType })],
    [
      "something else with a group's id",
      logEvent({ eventType }, { target: [target("User"), target("Rule", { id: "00g1" })] }),
    ],
    [
      "something else with an app's id",
      logEvent(
        { eventType: "application.user_membership.remove" },
        { target: [target("User"), target("AppUser", { id: "0oa1" })] },
      ),
    ],
  ])("of %s are ignored", (_, element) => {
    expect(read(element)).toBe("ignored");
  });

  it.each([
    ["leaver", group("add", "00g1")],
    ["joiner", group("remove", "00g1")],
    ["mover", group("add", "00g1")],
  ] as const)("are not claimed where the configuration turned them into a %s", (kind, element) => {
    const result = read(element, kind);
    expect(result).toMatchObject({ event: { kind } });
    expect(result).not.toHaveProperty("event.membership");
  });
});
