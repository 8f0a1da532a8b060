import { generateKeyPairSync } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { type StandardOptions, standard } from "../../../lib/sources/standard.ts";
import { signStandard, signV1a, webhook } from "../../support/sign.ts";

const at = new Date("2026-10-05T08:40:00Z");
const seconds = at.getTime() / 1000;
const secret = "whsec_aW52ZW50ZWQgc2VjcmV0IGZvciB0ZXN0cyBvbmx5";
const olderSecret = "whsec_YW4gb2xkZXIgaW52ZW50ZWQgc2VjcmV0LCByb3RhdGVk";
const fixture = (name: string) =>
  readFileSync(new URL(`../../fixtures/standard/${name}.json`, import.meta.url), "utf8");
const options = (input: unknown = {}) => standard.options.parse(input);
const body = (changes: Record<string, unknown> = {}) =>
  JSON.stringify({
    type: "person.left",
    timestamp: "2026-10-05T08:30:00Z",
    data: { email: "noor@example.com" },
    ...changes,
  });

function normalize(text: string, headers: Record<string, string> = {}, chosen: StandardOptions = options()) {
  return standard.normalize(webhook({ headers: { "webhook-id": "msg_1", ...headers }, body: text }, at), chosen);
}

describe("standard's verify", () => {
  const verify = (headers: Record<string, string>, secrets: string[], text = body(), receivedAt = at) =>
    standard.verify(webhook({ headers, body: text }, receivedAt), secrets);
  const headers = signStandard(body(), secret, { id: "msg_1", timestamp: seconds });
  const mismatch = new Rejected(401, "signature does not match");

  it("agrees with the vector that the specification's libraries share", () => {
    const vector = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    const receivedAt = new Date(1614265330 * 1000);
    expect(() =>
      verify(vector, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], '{"test": 2432232314}', receivedAt),
    ).not.toThrow();
    expect(() => verify(vector, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"], '{"test":2432232314}', receivedAt)).toThrow(
      mismatch,
    );
  });

  it("accepts either secret while they are rotated, and neither afterwards", () => {
    const older = signStandard(body(), olderSecret, { id: "msg_1", timestamp: seconds });
    for (const signed of [headers, older]) expect(() => verify(signed, [olderSecret, secret])).not.toThrow();
    expect(() => verify(older, [secret])).toThrow(mismatch);
  });

  it("accepts any signature of several", () => {
    const several = `v1,AAAA v2,BBBB ${headers["webhook-signature"]}`;
    expect(() => verify({ ...headers, "webhook-signature": several }, [secret])).not.toThrow();
  });

  it("accepts a signature by a key pair, and only for its own key", () => {
    const raw = (key: ReturnType<typeof pair>) => key.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
    const pair = () => generateKeyPairSync("ed25519");
    const [ours, theirs] = [pair(), pair()];
    const signed = { ...headers, "webhook-signature": signV1a(body(), ours.privateKey, "msg_1", seconds) };
    expect(() => verify(signed, [secret, `whpk_${raw(ours).toString("base64")}`])).not.toThrow();
    expect(() => verify(signed, [secret, `whpk_${raw(theirs).toString("base64")}`])).toThrow(mismatch);
  });

  it.each(["v1", "v1,", "v1a,", "", "v2,AAAA", "V1,AAAA"])("rejects the signature %j", (signature) => {
    expect(() => verify({ ...headers, "webhook-signature": signature }, [secret])).toThrow(Rejected);
  });

  it("rejects a signature under another version's name", () => {
    const renamed = headers["webhook-signature"].replace("v1,", "v1a,");
    expect(() => verify({ ...headers, "webhook-signature": renamed }, [secret])).toThrow(mismatch);
  });

  it.each(["webhook-id", "webhook-timestamp", "webhook-signature"])("names %s when it is missing", (name) => {
    expect(() => verify({ ...headers, [name]: "" }, [secret])).toThrow(new Rejected(401, `${name} is missing`));
  });

  it.each(["webhook-id", "webhook-timestamp"])("covers %s", (name) => {
    expect(() => verify({ ...headers, [name]: String(seconds + 1) }, [secret])).toThrow(mismatch);
  });

  it.each([-301, 301])("rejects a request sent %i s from now", (offset) => {
    const old = signStandard(body(), secret, { timestamp: seconds + offset });
    expect(() => verify(old, [secret])).toThrow(new Rejected(401, "timestamp is more than 5 minutes off"));
  });
});

describe("what each type means", () => {
  it.each([
    ["person.joined", "joiner"],
    ["person.moved", "mover"],
    ["person.left", "leaver"],
    ["person.reinstated", "reinstate"],
    ["invitation.resend", "invitation.resend"],
    ["password.reset", "password.reset"],
  ])("%s: %s, which it is trusted with", (type, kind) => {
    const { events } = normalize(body({ type }));
    expect(events).toMatchObject([{ kind }]);
    expect(options().allow).toContain(kind);
  });

  it.each(["contact.created", "Person.Left", "constructor", "__proto__"])(
    "%s: nothing, whatever else it says",
    (type) => {
      expect(normalize(JSON.stringify({ type }))).toEqual({ events: [], ignored: [type], bad: [] });
    },
  );

  it("can be said in the configuration", () => {
    const chosen = options({ kinds: { "worker.terminated": "leaver", "person.moved": "ignore" } });
    expect(normalize(body({ type: "worker.terminated" }), {}, chosen).events).toMatchObject([{ kind: "leaver" }]);
    expect(normalize(body({ type: "person.moved" }), {}, chosen).events).toEqual([]);
  });

  it("is no renewal by default", () => {
    expect(options().allow).not.toContain("invitation.renew");
  });
});

describe("standard's normalize", () => {
  it("makes an event of what is needed", () => {
    expect(normalize(fixture("joined"))).toEqual({
      events: [
        {
          id: "standard:msg_1",
          source: "standard",
          kind: "joiner",
          attempt: 0,
          occurredAt: "2026-10-05T08:30:00.123Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: {
            email: "noor.haddad@example.com",
            externalId: "hr-1001",
            name: "Noor Haddad",
            role: "member",
            isDeveloper: true,
            groups: ["research"],
            department: "Research",
          },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each([
    ["person.left", { "person.left": "suspend" }, { kind: "suspend", effectiveOn: "2026-11-01" }],
    ["person.left", {}, { kind: "leaver", effectiveOn: "2026-10-31" }],
    ["person.suspended", {}, { kind: "suspend", effectiveOn: "2026-10-31" }],
  ] as const)("%s with %j has its last day to the end", (type, kinds, expected) => {
    const data = { email: "noor@example.com", effectiveAt: "2026-10-31" };
    const [event] = normalize(body({ type, data }), {}, options({ kinds })).events;
    expect(event).toMatchObject(expected);
  });

  it("keeps a later effect out of the person", () => {
    const [event] = normalize(fixture("left")).events;
    expect(event).toMatchObject({ kind: "leaver", effectiveAt: "2026-10-31T17:00:00.000Z" });
    expect(event?.person).toStrictEqual({ externalId: "hr-1001" });
  });

  it.each([
    ["[]", "(whole): expected object"],
    ["{}", "type: expected string"],
    [body({ timestamp: "now" }), "timestamp: malformed datetime"],
    [
      body({ timestamp: "2026-10-05T08:45:00.001Z" }),
      "timestamp: in the future; what shall take effect later says so in data.effectiveAt",
    ],
    [body({ data: { email: "noor" } }), "data.email: malformed"],
    [body({ data: {} }), "data: needs an email or an externalId"],
    ["[".repeat(100_000), "not JSON"],
  ])("rejects %.60s", (text, reason) => {
    expect(() => normalize(text)).toThrow(new Rejected(400, reason));
  });

  it.each(["", "two words", "ü", "x".repeat(257)])("rejects the id %j", (id) => {
    expect(() => normalize(body(), { "webhook-id": id })).toThrow(new Rejected(400, "webhook-id: malformed"));
  });

  it("answers with the ids", () => {
    const reply = standard.accepted(normalize(body()).events);
    expect(reply).toMatchObject({ status: 202, headers: { "content-type": "application/json" } });
    expect(JSON.parse(reply.body ?? "")).toEqual({ accepted: ["standard:msg_1"] });
  });
});

describe("a CloudEvent around it", () => {
  const json = { "content-type": "application/cloudevents+json" };
  const wrapped = (data: unknown) =>
    JSON.stringify({ ...JSON.parse(fixture("cloudevent")), type: "com.example.hr", data });
  const binary = {
    "ce-specversion": "1.0",
    "ce-id": "ce-1",
    "ce-source": "/example/hr",
    "ce-type": "person.left",
    "ce-time": "2026-10-05T08:30:00Z",
  };

  it("lends its type and time to bare data", () => {
    expect(normalize(fixture("cloudevent"), json).events).toMatchObject([
      {
        kind: "leaver",
        occurredAt: "2026-10-05T08:30:00.000Z",
        person: { email: "noor.haddad@example.com", externalId: "hr-1001" },
      },
    ]);
  });

  it("leaves a whole event as it is", () => {
    const whole = JSON.parse(body({ type: "person.joined", timestamp: "2026-10-05T08:00:00Z" }));
    const expected = [{ kind: "joiner", occurredAt: "2026-10-05T08:00:00.000Z" }];
    expect(normalize(wrapped(whole), json).events).toMatchObject(expected);
    expect(normalize(JSON.stringify(whole), { ...binary, "ce-type": "com.example.hr" }).events).toMatchObject(expected);
  });

  it("gives one id however and whenever it is wrapped", () => {
    const ids = [
      normalize(fixture("cloudevent"), json),
      normalize(fixture("cloudevent"), { ...json, "webhook-id": "msg_2" }),
      normalize(body(), binary),
    ].map(({ events }) => events[0]?.id);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^standard:[0-9a-f]{64}$/);
  });

  it("has to have a time, or its data", () => {
    const { time: _, ...timeless } = JSON.parse(fixture("cloudevent"));
    expect(() => normalize(JSON.stringify(timeless), json)).toThrow(new Rejected(400, "timestamp: expected string"));
    expect(() =>
      normalize(JSON.stringify({ ...timeless, time: "2026-10-05T08:30:00Z", data: undefined }), json),
    ).toThrow(new Rejected(400, "data: expected object"));
  });

  it("may not say the type in headers, which are not signed, unless the configuration lets it", () => {
    const data = '{"email":"noor@example.com"}';
    expect(() => normalize(data, binary)).toThrow(Rejected);
    expect(normalize(data, binary, options({ unsignedType: true })).events).toMatchObject([{ kind: "leaver" }]);
  });
});
