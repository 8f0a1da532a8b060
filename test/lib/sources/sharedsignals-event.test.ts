import { describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { readClaims, readSecurityEvent } from "../../../lib/sources/sharedsignals-event.ts";
import { sourceOptions } from "../../../lib/sources/source.ts";
import { byEmail, byPath, caep, claims, risc, scim } from "../../fixtures/sources/sharedsignals.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const iat = receivedAt.getTime() / 1000 - 2;
const ada = byEmail("ada@example.com");

function read(type: string, payload: object = {}, subject: unknown = ada, more: object = {}, kinds: object = {}) {
  const options = z.object(sourceOptions(["leaver"])).parse({ kinds });
  const body = Buffer.from(JSON.stringify(claims(type, payload, subject, { iat, ...more })));
  return readSecurityEvent(type, readClaims(body), receivedAt, options);
}

describe("readClaims", () => {
  const valid = claims(`${risc}account-purged`, {}, ada);

  it.each([
    ["no JSON", "not JSON"],
    ["null", "(whole): expected object"],
    [JSON.stringify({ ...valid, jti: "two words" }), "jti: malformed"],
    [JSON.stringify({ ...valid, jti: "x".repeat(201) }), "jti: malformed"],
    [JSON.stringify({ ...valid, iat: 1e12 }), "iat: at most 99999999999"],
    [JSON.stringify({ ...valid, events: {} }), "events: empty"],
    [JSON.stringify({ ...valid, events: { "a@example.com": 7 } }), "events.?: expected object"],
  ])("rejects %s", (text, reason) => {
    expect(() => readClaims(Buffer.from(text))).toThrow(expect.objectContaining({ status: 400, message: reason }));
  });
});

describe("readSecurityEvent", () => {
  it("makes an event of what is needed, and nothing else", () => {
    const user = { userName: "ada@example.com", displayName: "Ada Example", password: "never-to-be-seen" };
    expect(read(`${scim}create:full`, { data: user }, byPath("7"), { jti: "set-1", txn: "t" })).toStrictEqual({
      event: {
        id: "sharedsignals:set-1",
        source: "sharedsignals",
        kind: "joiner",
        attempt: 0,
        occurredAt: "2026-10-05T08:39:58.000Z",
        receivedAt: "2026-10-05T08:40:00.000Z",
        person: { externalId: "7", email: "ada@example.com", name: "Ada Example" },
      },
    });
  });

  it.each([
    [`${risc}account-disabled`, "leaver"],
    [`${risc}account-purged`, "leaver"],
    [`${risc}account-enabled`, "reinstate"],
    [`${risc}identifier-changed`, undefined],
    [`${risc}sessions-revoked`, undefined],
    [`${caep}session-revoked`, "changed"],
    [`${caep}credential-change`, undefined],
    [`${scim}create:full`, "joiner"],
    [`${scim}create:notice`, "joiner"],
    [`${scim}put:full`, "mover"],
    [`${scim}put:notice`, "changed"],
    [`${scim}patch:full`, "mover"],
    [`${scim}patch:notice`, "changed"],
    [`${scim}activate`, "reinstate"],
    [`${scim}deactivate`, "leaver"],
    [`${scim}delete`, "leaver"],
    ["urn:ietf:params:scim:event:feed:add", undefined],
    ["urn:ietf:params:scim:event:feed:remove", undefined],
    ["https://schemas.openid.net/secevent/ssf/event-type/verification", undefined],
    ["constructor", undefined],
  ])("%s means %s", (type, kind) => {
    expect(read(type)).toEqual(kind === undefined ? "ignored" : { event: expect.objectContaining({ kind }) });
  });

  it("can be told in the configuration", () => {
    const type = `${risc}account-disabled`;
    expect(read(type, {}, ada, {}, { [type]: "ignore" })).toBe("ignored");
    expect(read(`${caep}session-revoked`, {}, ada, {}, { [`${caep}session-revoked`]: "leaver" })).toMatchObject({
      event: { kind: "leaver" },
    });
  });

  it("does not take an account that was hijacked for one whose owner left", () => {
    expect(read(`${risc}account-disabled`, { reason: "hijacking" })).toBe("ignored");
    expect(read(`${risc}account-disabled`, { reason: "bulk-account" })).toMatchObject({ event: { kind: "leaver" } });
  });

  it.each([
    [`${scim}create:full`, { active: true }, "joiner"],
    [`${scim}create:full`, { active: false }, undefined],
    [`${scim}put:full`, { active: true }, "mover"],
    [`${scim}put:full`, { active: "False" }, "leaver"],
    [`${scim}patch:full`, { Operations: [{ op: "replace", path: "active", value: false }] }, "leaver"],
    [`${scim}patch:full`, { Operations: [{ op: "replace", path: "active", value: true }] }, "reinstate"],
    [`${scim}patch:full`, { Operations: [{ op: "replace", path: "title", value: "Engineer" }] }, "mover"],
  ])("%s with %j means %s", (type, data, kind) => {
    expect(read(type, { data })).toEqual(kind === undefined ? "ignored" : { event: expect.objectContaining({ kind }) });
  });

  it.each([
    ["in the event, as drafts had it", { subject: ada }, null, {}, { email: "ada@example.com" }],
    ["in the token, as in any JWT", {}, null, { sub: "7" }, { externalId: "7" }],
    ["on top, before any other", { subject: byPath("8") }, ada, { sub: "7" }, { email: "ada@example.com" }],
  ])("finds the subject %s", (_, payload, subject, more, person) => {
    expect(read(`${risc}account-purged`, payload, subject, more)).toMatchObject({ event: { person } });
  });

  it("ignores groups, and finds fault with nobody", () => {
    expect(read(`${scim}delete`, {}, { format: "scim", uri: "/Groups/7" })).toBe("ignored");
    expect(read(`${scim}delete`, {}, byEmail(undefined))).toEqual({
      problem: "person: needs an email or an externalId",
    });
  });

  it.each([
    ["the token's", {}, {}, "2026-10-05T08:39:58.000Z"],
    ["the event's", { event_timestamp: iat - 60 }, {}, "2026-10-05T08:38:58.000Z"],
    [
      "the claim's, before the event's",
      { event_timestamp: iat - 60 },
      { toe: iat - 120.5 },
      "2026-10-05T08:37:57.500Z",
    ],
    ["the token's for one in milliseconds", { event_timestamp: (iat - 60) * 1000 }, {}, "2026-10-05T08:39:58.000Z"],
    ["the token's for one to come", { event_timestamp: iat + 60 }, {}, "2026-10-05T08:39:58.000Z"],
    ["the token's for none", { event_timestamp: "yesterday" }, { toe: "yesterday" }, "2026-10-05T08:39:58.000Z"],
  ])("takes %s time", (_, payload, more, occurredAt) => {
    expect(read(`${risc}account-purged`, payload, ada, more)).toMatchObject({ event: { occurredAt } });
  });

  it("says when the transmitter stops", () => {
    const type = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";
    expect(read(type, { status: "enabled" })).toBe("ignored");
    expect(read(type, { status: "paused" })).toEqual({ problem: "status: the transmitter has stopped the stream" });
  });
});
