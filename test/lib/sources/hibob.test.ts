import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { hibob } from "../../../lib/sources/hibob.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const secret = "an invented secret";
const event = (type: string, more: object = {}) => ({
  companyId: 200_002,
  type,
  triggeredBy: "system",
  triggeredAt: "2026-10-05T08:30:00.123456",
  version: "v2",
  data: { employeeId: "3100000000000000002" },
  ...more,
});
const normalize = (body: unknown, options: object = {}) =>
  hibob.normalize(webhook({ headers: {}, body: JSON.stringify(body) }, receivedAt), hibob.options.parse(options));

describe("hibob's verify", () => {
  it("wants SHA-512 of the body in base64, padding and all", () => {
    const body = '{"type":"employee.left"}';
    const signature = createHmac("sha512", secret).update(body).digest("base64");
    const signed = (value: string) => webhook({ headers: { "bob-signature": value }, body });
    expect(hibob.verify(signed(signature), [secret]).toString()).toBe(body);
    const inHex = Buffer.from(signature, "base64").toString("hex");
    for (const other of [signature.replace(/=+$/, ""), inHex, signature.toLowerCase()]) {
      expect(() => hibob.verify(signed(other), [secret])).toThrow(Rejected);
    }
  });
});

describe("hibob's ping", () => {
  const ask = (body: string) => hibob.handshake(webhook({ headers: {}, body }));

  it.each(["Ping test", '"Ping test"', '{"text":"Ping test"}', ' { "text" : "Ping test" }\n'])(
    "%j is welcome",
    (body) => {
      expect(ask(body)).toEqual({ status: 200 });
    },
  );

  it.each([
    "",
    "ping",
    '{"text":"Ping test","type":"employee.left"}',
    JSON.stringify(event("employee.left")),
    `{"text":"Ping test"${" ".repeat(100)}}`,
  ])("%j has to be signed", (body) => {
    expect(ask(body)).toBeUndefined();
  });

  it("is a POST", () => {
    expect(hibob.handshake({ ...webhook({ headers: {}, body: "Ping test" }), method: "GET" })).toBeUndefined();
  });
});

describe("an event of hibob's", () => {
  it("names the employee by their id, and says when it took effect", () => {
    expect(normalize(event("employee.left"))).toEqual({
      events: [
        {
          id: expect.stringMatching(/^hibob:[0-9a-f]{64}$/),
          source: "hibob",
          kind: "leaver",
          attempt: 0,
          occurredAt: "2026-10-05T08:30:00.123Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: "3100000000000000002" },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each([
    ["employee.created", "changed"],
    ["employee.updated", "changed"],
    ["employee.joined", "changed"],
    ["employee.activated", "changed"],
    ["employee.inactivated", "changed"],
    ["table.entry.created", "changed"],
    ["table.entry.updated", "changed"],
    ["employee.left", "leaver"],
    ["employee.deleted", "leaver"],
    ["timeoff.request.approved", "ignored"],
    ["constructor", "ignored"],
  ])("%s is %s", (type, kind) => {
    expect(normalize(event(type)).events[0]?.kind ?? "ignored").toBe(kind);
  });

  it("means what the configuration says", () => {
    const options = { kinds: { "employee.inactivated": "leaver", "employee.updated": "ignore" } };
    expect(normalize(event("employee.inactivated"), options).events).toMatchObject([{ kind: "leaver" }]);
    expect(normalize(event("employee.updated"), options).ignored).toEqual(["employee.updated"]);
  });

  it.each([
    ["2026-10-05T08:30:00.123456", "2026-10-05T08:30:00.123Z"],
    ["2026-10-05T08:30:00", "2026-10-05T08:30:00.000Z"],
    ["2026-10-05T10:30:00+02:00", "2026-10-05T08:30:00.000Z"],
    // As if the zone were one ahead of UTC.
    ["2026-10-05T11:39:59.000000", "2026-10-05T08:40:00.000Z"],
  ])("of %s happened at %s", (triggeredAt, occurredAt) => {
    expect(normalize(event("employee.left", { triggeredAt })).events).toMatchObject([{ occurredAt }]);
  });

  it("has an id by what happened, to whom and when", () => {
    const idOf = (...given: Parameters<typeof event>) => normalize(event(...given)).events[0]?.id;
    expect(idOf("employee.left", { triggeredBy: "3100000000000000003" })).toBe(idOf("employee.left"));
    const ids = [
      idOf("employee.left"),
      idOf("employee.joined"),
      idOf("employee.left", { companyId: 1 }),
      idOf("employee.left", { data: { employeeId: "31" } }),
      idOf("employee.left", { triggeredAt: "2026-10-05T08:30:01.123456" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    [{ triggeredAt: undefined }, "triggeredAt"],
    [{ triggeredAt: "midnight" }, "triggeredAt"],
    [{ data: undefined }, "data"],
    // A number of 64 bits has lost its last digits by then, and would be somebody else's.
    [{ data: { employeeId: Number("3100000000000000002") } }, "data.employeeId"],
  ])("cannot be read with %j", (change, field) => {
    expect(normalize(event("employee.left", change))).toEqual({
      events: [],
      ignored: [],
      bad: [{ id: undefined, problem: expect.stringContaining(field) }],
    });
  });

  it("is rejected without a type", () => {
    expect(() => normalize({ data: {} })).toThrow(new Rejected(400, "type: expected string"));
  });
});
