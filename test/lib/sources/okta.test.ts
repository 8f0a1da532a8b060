import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { okta } from "../../../lib/sources/okta.ts";
import { oktaHook, webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const fixture = (name: string) => readFileSync(new URL(`../../fixtures/okta/${name}.json`, import.meta.url), "utf8");
const options = (input: unknown = {}) => okta.options.parse(input);
const normalize = (body: string, input?: unknown) =>
  okta.normalize(webhook({ headers: {}, body }, receivedAt), options(input));
const access = { apps: ["0oa7exampleArize0001"], groups: ["00g7exampleArize0001"] };
const noor = { externalId: "00u7exampleNoor00001", email: "noor.haddad@example.com", name: "Noor Haddad" };

describe("okta's options", () => {
  it("trust it with membership and profiles, and take nobody in by default", () => {
    expect(options()).toEqual({
      allow: ["joiner", "mover", "leaver", "reinstate"],
      kinds: {},
      unconfirmedLeavers: "act",
      everyone: false,
      apps: [],
      groups: [],
      assumeAbsent: false,
      header: "authorization",
    });
  });

  it("lower the header's case", () => {
    expect(options({ header: "X-Hook-Secret" }).header).toBe("x-hook-secret");
  });

  it.each([{ everyOne: true }, { apps: [""] }, { groups: ["a b"] }, { header: "a b" }, { kinds: { a: "fired" } }])(
    "refuse %j",
    (input) => {
      expect(okta.options.safeParse(input).success).toBe(false);
    },
  );
});

describe("okta's handshake", () => {
  const get = (challenge: string | undefined) =>
    okta.handshake({
      ...webhook({ headers: {}, body: "" }),
      method: "GET",
      headers: { "x-okta-verification-challenge": challenge },
    });

  it("echoes the challenge as JSON, without a secret", () => {
    const reply = get('a"</script>');
    expect(reply).toMatchObject({ status: 200, headers: { "content-type": "application/json" } });
    expect(JSON.parse(reply?.body ?? "")).toEqual({ verification: 'a"</script>' });
  });

  it.each([undefined, "", "a\nb", "é", "x".repeat(1025)])("does not echo %j", (challenge) => {
    expect(get(challenge)).toBeUndefined();
  });

  it("is no way around the secret for a POST", () => {
    expect(okta.handshake(webhook({ headers: { "x-okta-verification-challenge": "x" }, body: "{}" }))).toBeUndefined();
  });
});

describe("okta's verify", () => {
  it("compares the configured header", () => {
    const request = webhook({ headers: { "x-hook-secret": "s3cret" }, body: "{}" });
    expect(() => okta.verify(request, ["s3cret"], options({ header: "x-hook-secret" }))).not.toThrow();
    expect(() => okta.verify(request, ["s3cret"], options())).toThrow(
      new Rejected(401, "the secret header is missing"),
    );
  });
});

describe("what each type of event means", () => {
  const person = { email: "noor@example.com", externalId: "00u1" };
  const kindOf = (eventType: string, input: unknown) => {
    const event = { ...person, eventType, targetApp: "0oa1" };
    const grouped = { ...person, eventType, targetGroup: "00g1" };
    const hook = oktaHook(eventType.startsWith("group.") ? grouped : event);
    const { events, ignored, bad } = normalize(JSON.stringify(hook), {
      apps: ["0oa1"],
      groups: ["00g1"],
      ...Object(input),
    });
    expect(bad).toEqual([]);
    expect(events.length + ignored.length).toBe(1);
    return events[0]?.kind ?? "ignored";
  };

  it.each([
    ["user.lifecycle.create", "ignored", "ignored"],
    ["user.lifecycle.activate", "ignored", "joiner"],
    ["user.lifecycle.reactivate", "ignored", "joiner"],
    ["user.lifecycle.deactivate", "leaver", "leaver"],
    ["user.lifecycle.delete.initiated", "leaver", "leaver"],
    ["user.lifecycle.suspend", "ignored", "ignored"],
    ["user.lifecycle.unsuspend", "ignored", "ignored"],
    ["user.account.update_profile", "mover", "mover"],
    ["user.account.lock", "ignored", "ignored"],
    ["user.account.update_password", "ignored", "ignored"],
    ["user.account.privilege.grant", "ignored", "ignored"],
    ["application.user_membership.add", "joiner", "joiner"],
    ["application.user_membership.remove", "leaver", "leaver"],
    ["application.user_membership.update", "ignored", "ignored"],
    ["application.user_membership.change_password", "ignored", "ignored"],
    ["group.user_membership.add", "joiner", "joiner"],
    ["group.user_membership.remove", "leaver", "leaver"],
    ["group.application_assignment.remove", "ignored", "ignored"],
    ["user.session.clear", "ignored", "ignored"],
    ["constructor", "ignored", "ignored"],
  ])("%s: %s, for everyone %s", (eventType, byDefault, forEveryone) => {
    expect(kindOf(eventType, {})).toBe(byDefault);
    expect(kindOf(eventType, { everyone: true })).toBe(forEveryone);
  });

  it("can be said in the configuration", () => {
    const kinds = {
      "user.lifecycle.suspend": "leaver",
      "user.lifecycle.unsuspend": "reinstate",
      "user.lifecycle.activate": "joiner",
      "user.account.update_profile": "ignore",
    };
    expect(kindOf("user.lifecycle.suspend", { kinds })).toBe("leaver");
    expect(kindOf("user.lifecycle.unsuspend", { kinds })).toBe("reinstate");
    expect(kindOf("user.lifecycle.activate", { kinds })).toBe("joiner");
    expect(kindOf("user.account.update_profile", { kinds })).toBe("ignored");
  });

  it("is nothing for apps and groups that are not configured, for everyone neither", () => {
    for (const everyone of [false, true]) {
      expect(kindOf("application.user_membership.remove", { everyone, apps: [] })).toBe("ignored");
      expect(kindOf("group.user_membership.add", { everyone, groups: [] })).toBe("ignored");
    }
  });
});

describe("okta's deliveries", () => {
  it.each([
    [
      "deactivate",
      {
        kind: "leaver",
        id: "okta:11111111-aaaa-11ef-8000-000000000001",
        occurredAt: "2026-10-05T08:30:00.123Z",
        person: noor,
      },
    ],
    [
      "app-membership-add",
      { kind: "joiner", membership: { of: "app:0oa7exampleArize0001", change: "added" }, person: noor },
    ],
    [
      "group-membership-remove",
      { kind: "leaver", membership: { of: "group:00g7exampleArize0001", change: "removed" }, person: noor },
    ],
  ])("%s", (name, event) => {
    expect(normalize(fixture(name), access)).toMatchObject({ events: [event], ignored: [], bad: [] });
  });

  it.each([
    ["null-target", "group.user_membership.add"],
    ["session-start", "user.session.start"],
  ])("%s means nothing", (name, type) => {
    expect(normalize(fixture(name), { ...access, everyone: true })).toEqual({ events: [], ignored: [type], bad: [] });
  });

  it("a password goes no further", () => {
    const normalized = normalize(fixture("activate-with-password"), { everyone: true });
    expect(normalized.events).toHaveLength(1);
    expect(JSON.stringify(normalized)).not.toContain("never-to-be-seen");
  });

  it("a bad element costs no other", () => {
    const { events, ignored, bad } = normalize(fixture("batch"));
    expect(events.map(({ person }) => person.email)).toEqual(["good1@example.com", "good5@example.com"]);
    expect(ignored).toEqual(["user.lifecycle.deactivate"]);
    expect(bad).toEqual([
      { id: "11111111-aaaa-11ef-8000-000000000012", problem: "published: malformed datetime" },
      { id: "11111111-aaaa-11ef-8000-000000000013", problem: "eventType: expected string" },
      { id: undefined, problem: "eventType: expected string" },
    ]);
  });

  it("an unknown type is cut down before it is counted", () => {
    const body = JSON.stringify({ data: { events: [{ eventType: `noor@example.com\n${"x".repeat(500)}` }] } });
    const [type = ""] = normalize(body).ignored;
    expect(type).toMatch(/^noor\?example\.com\?x+$/);
    expect(type).toHaveLength(100);
  });

  it.each([
    ["{}", "data: expected object"],
    ['{"data":{"events":{}}}', "data.events: expected array"],
    ["[]", "(whole): expected object"],
    ["nothing", "not JSON"],
  ])("the envelope %s is rejected", (body, reason) => {
    expect(() => normalize(body)).toThrow(new Rejected(400, reason));
  });

  it("are answered with an empty 200", () => {
    expect(okta.accepted()).toEqual({ status: 200 });
  });
});
