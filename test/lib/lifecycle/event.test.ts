import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refused } from "../../../lib/errors.ts";
import {
  emailSchema,
  eventSchema,
  eventTime,
  kinds,
  type LifecycleEvent,
  nameSchema,
  normalizeEmail,
  parseEvent,
} from "../../../lib/lifecycle/event.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const hostileLength = 100_000;

describe("email addresses", () => {
  test.each([
    ["ann@example.com", "ann@example.com"],
    ["  Ann.LEE@Example.COM\n", "ann.lee@example.com"],
    ["ann+arize@example.com", "ann+arize@example.com"],
    ["o'hara@example.com", "o'hara@example.com"],
    ["jürgen@bücher.example.com", "jürgen@bücher.example.com"],
    ["ju\u0308rgen@example.com", "j\u00fcrgen@example.com"],
    ["李@example.com", "李@example.com"],
    ["a@b.example.org", "a@b.example.org"],
    [`${"a".repeat(64)}@example.com`, `${"a".repeat(64)}@example.com`],
  ])("%j reads as the address", (typed, normalized) => {
    expect(emailSchema.parse(typed)).toBe(normalized);
  });

  test.each([
    "",
    "ann",
    "@example.com",
    "ann@",
    "ann@example",
    "ann@@example.com",
    "ann@bob@example.com",
    "ann@.example.com",
    "ann@example..com",
    "ann@example.com.",
    "ann lee@example.com",
    "ann\u0000@example.com",
    "ann\r\nbcc:bob@example.com",
    "Ann <ann@example.com>",
    "ann@example.com,bob@example.com",
    `${"a".repeat(65)}@example.com`,
  ])("%j is none", (typed) => {
    expect(emailSchema.safeParse(typed).success).toBe(false);
  });

  test("take 254 characters and not one more", () => {
    const ofLength = (length: number) => `ann@${"x".repeat(length - "ann@.example.com".length)}.example.com`;
    expect(ofLength(254)).toHaveLength(254);
    expect(emailSchema.safeParse(ofLength(254)).success).toBe(true);
    expect(emailSchema.safeParse(ofLength(255)).success).toBe(false);
  });

  test.each([
    "a".repeat(hostileLength),
    "@".repeat(hostileLength),
    `a@${"a.".repeat(hostileLength / 2)}`,
    `a@${"a.".repeat(hostileLength / 2)}@`,
    " ".repeat(hostileLength),
    `a@${" ".repeat(hostileLength)}b`,
  ])("a hostile text of 100 kB is refused (%#)", (typed) => {
    expect(emailSchema.safeParse(typed).success).toBe(false);
  });

  test("have one form, however often they are normalized", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (typed) => {
        const once = normalizeEmail(typed);
        expect(normalizeEmail(once)).toBe(once);
      }),
      { numRuns: 500, examples: [["J\u030c@example.com"], ["\u0130x@example.com"], ["\u2126@example.com"]] },
    );
  });

  test("that an event was sent with stay the same on the way through the queue", () => {
    for (const email of ["J\u030can@example.com", "H\u0331al@example.com", "ΑΣ@example.com"]) {
      const event = eventSchema.parse(lifecycleEvent({ person: { email } }));
      expect(parseEvent(JSON.stringify(event))).toEqual(event);
    }
  });
});

describe("names", () => {
  test.each([
    [" Ann Lee ", "Ann Lee"],
    ["Zoë", "Zoë"],
    ["Zoe\u0308", "Zo\u00eb"],
    ["O'Hara-Łuczak, Ann", "O'Hara-Łuczak, Ann"],
    ["李", "李"],
  ])("%j reads as %j", (typed, name) => {
    expect(nameSchema.parse(typed)).toBe(name);
  });

  test.each(["", "   ", "Ann\nLee", "Ann\u0000", "Ann\u001b[31m"])("%j is none", (typed) => {
    expect(nameSchema.safeParse(typed).success).toBe(false);
  });

  test("take 255 characters and not one more", () => {
    expect(nameSchema.safeParse("a".repeat(255)).success).toBe(true);
    expect(nameSchema.safeParse("a".repeat(256)).success).toBe(false);
    expect(nameSchema.safeParse("a".repeat(hostileLength)).success).toBe(false);
  });
});

describe("an event", () => {
  const whole: LifecycleEvent = {
    id: "okta:7f3a",
    source: "okta",
    kind: "leaver",
    attempt: 2,
    occurredAt: "2026-03-02T13:00:00.123456+01:00",
    receivedAt: at(0),
    effectiveAt: at(1),
    expiresAt: at(2),
    person: {
      email: "ann@example.com",
      externalId: "00u1",
      name: "Ann Lee",
      role: { type: "custom", id: "r1" },
      isDeveloper: false,
      groups: ["ml"],
      department: "Research",
      attributes: { site: "Oslo" },
    },
    membership: { of: "group:00g1", change: "removed", among: ["group:00g1", "app:0oa1"], assumeAbsent: true },
  };

  test("comes through the queue as it went in", () => {
    expect(parseEvent(JSON.stringify(whole))).toEqual(whole);
  });

  test("loses what is not known here", () => {
    const text = JSON.stringify({ ...whole, payload: { password: "x" }, person: { ...whole.person, ssn: "1" } });
    expect(parseEvent(text)).toEqual(whole);
  });

  test.each(kinds)("of kind %s is read", (kind) => {
    expect(parseEvent(JSON.stringify(lifecycleEvent({ kind }))).kind).toBe(kind);
  });

  test("may name its person by either address or id", () => {
    const named = (person: object) => eventSchema.safeParse({ ...lifecycleEvent(), person }).success;
    expect(named({ email: "ann@example.com" })).toBe(true);
    expect(named({ externalId: "00u1" })).toBe(true);
    expect(named({ email: "ann@example.com", externalId: "00u1" })).toBe(true);
    expect(named({ name: "Ann Lee" })).toBe(false);
    expect(named({})).toBe(false);
  });

  test.each<[string, object]>([
    ["id: at least 3", { id: "ab" }],
    ["id: at most 300", { id: "a".repeat(301) }],
    ["kind: expected one of", { kind: "fired" }],
    ["attempt: expected int", { attempt: 0.5 }],
    ["attempt: at least 0", { attempt: -1 }],
    ["occurredAt: malformed datetime", { occurredAt: "2026-03-02" }],
    ["occurredAt: malformed datetime", { occurredAt: "2026-03-02T12:00:00" }],
    ["occurredAt: at most 40", { occurredAt: `2026-03-02T12:00:00.${"0".repeat(20)}Z` }],
    ["receivedAt: expected string", { receivedAt: noon }],
    ["person: needs an email or an externalId", { person: {} }],
    ["person.email: malformed", { person: { email: "ann" } }],
    ["person.groups: at most 200", { person: { externalId: "1", groups: Array(201).fill("g") } }],
    [
      "person.attributes: at most 50 attributes",
      { person: { externalId: "1", attributes: Object.fromEntries(Array.from({ length: 51 }, (_, n) => [n, "x"])) } },
    ],
    [
      "person.role: expected one of admin|member|annotator or expected object",
      { person: { externalId: "1", role: "owner" } },
    ],
    ["membership.among: at least 1", { membership: { of: "a", change: "added", among: [] } }],
    ["membership.change: expected one of added|removed", { membership: { of: "a", change: "moved", among: ["a"] } }],
  ])("that is wrong is refused: %s", (problem, overrides) => {
    const body = JSON.stringify({ ...lifecycleEvent(), ...overrides });
    expect(() => parseEvent(body)).toThrow(expect.objectContaining({ reason: "malformed_event" }));
    expect(() => parseEvent(body)).toThrow(problem);
  });

  test("is ordered by when it takes effect, else by when it happened", () => {
    expect(eventTime({ occurredAt: at(0) })).toBe(noon);
    expect(eventTime({ occurredAt: at(0), effectiveAt: at(5) })).toBe(noon + 5);
    expect(eventTime({ occurredAt: "2026-03-02T14:00:00+02:00" })).toBe(noon);
  });
});

describe("the message about a bad event", () => {
  function messageOf(body: string): string {
    try {
      parseEvent(body);
      return "";
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      expect(error.reason).toBe("malformed_event");
      return error.message;
    }
  }

  test("tells of no JSON without quoting it", () => {
    expect(messageOf("ann@example.com")).toBe("the message is not JSON");
    expect(messageOf("")).toBe("the message is not JSON");
  });

  test("quotes no value, wherever it stands", () => {
    // A mark that no rule, field or accepted value has in it.
    const secret = fc.string({ minLength: 1 }).map((text) => `zq7${text}zq7`);
    const value = fc.oneof(secret, fc.array(secret), fc.dictionary(fc.constantFrom("a", "b"), secret));
    const wrong = fc.record(
      {
        id: value,
        source: value,
        kind: value,
        attempt: value,
        occurredAt: value,
        effectiveAt: value,
        expiresAt: value,
        membership: fc.oneof(value, fc.record({ of: value, change: value, among: value })),
        person: fc.oneof(
          value,
          fc.record(
            {
              email: value,
              externalId: value,
              name: value,
              role: fc.oneof(value, fc.record({ type: value, id: value })),
              isDeveloper: value,
              groups: value,
              department: value,
              attributes: value,
            },
            { requiredKeys: [] },
          ),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(wrong, (fields) => {
        expect(messageOf(JSON.stringify({ ...lifecycleEvent(), ...fields }))).not.toContain("zq7");
      }),
      { numRuns: 500 },
    );
  });

  test("quotes no address that stands where a field's name should", () => {
    const attributes = { "bob@example.com": 5, "Bob Berg": 6 };
    const message = messageOf(
      JSON.stringify(lifecycleEvent()).replace('"email"', `"attributes":${JSON.stringify(attributes)},"email"`),
    );
    expect(message).toMatch(/person\.attributes/);
    expect(message).not.toMatch(/bob/i);
  });
});
