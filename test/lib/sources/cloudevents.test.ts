import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { readCloudEvent } from "../../../lib/sources/cloudevents.ts";
import { webhook } from "../../support/sign.ts";

const attributes = {
  specversion: "1.0",
  id: "ce-1",
  source: "/example/hr",
  type: "person.left",
  time: "2026-10-05T08:30:00Z",
};
const structured = (envelope: unknown, contentType = "application/cloudevents+json") =>
  readCloudEvent(webhook({ headers: { "content-type": contentType }, body: JSON.stringify(envelope) }));
const binary = (changes: Record<string, string | undefined> = {}, body = '{"email":"noor@example.com"}') => {
  const headers = Object.fromEntries(Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]));
  return readCloudEvent({ ...webhook({ headers: {}, body }), headers: { ...headers, ...changes } });
};

describe("readCloudEvent", () => {
  it("finds none in plain JSON", () => {
    expect(structured(attributes, "application/json")).toBeUndefined();
  });

  it("reads both modes alike", () => {
    const data = { email: "noor@example.com" };
    const event = { key: expect.stringMatching(/^[0-9a-f]{64}$/), type: "person.left", time: attributes.time, data };
    expect(structured({ ...attributes, data })).toEqual({ mode: "structured", ...event });
    expect(binary()).toEqual({ mode: "binary", ...event });
    expect(binary()?.key).toBe(structured({ ...attributes, data })?.key);
  });

  it("knows its media type in any case and with parameters", () => {
    expect(structured(attributes, "Application/CloudEvents+JSON; charset=UTF-8")).toHaveProperty("mode", "structured");
  });

  it("decodes percent-encoded headers", () => {
    expect(binary({ "ce-source": "/example/%E2%82%AC%20hr" })?.key).toBe(
      structured({ ...attributes, source: "/example/€ hr" })?.key,
    );
  });

  it("tells events apart by source and id together", () => {
    const key = (source: string, id: string) => structured({ ...attributes, source, id })?.key;
    expect(key("a", "b")).toBe(key("a", "b"));
    expect(new Set([key("a", "b"), key("ab", "c"), key("b", "a"), key('a","b', "c"), key("a", 'b","c')]).size).toBe(5);
  });

  it.each([
    [{ specversion: "0.3" }, "CloudEvent specversion: expected one of 1.0"],
    [{ id: undefined }, "CloudEvent id: expected string"],
    [{ source: "" }, "CloudEvent source: at least 1"],
    [{ type: 7 }, "CloudEvent type: expected string"],
  ])("rejects %j", (changes, reason) => {
    expect(() => structured({ ...attributes, ...changes })).toThrow(new Rejected(400, reason));
  });

  it.each([
    [{ "ce-id": "%" }, "CloudEvent id: malformed percent-encoding"],
    [{ "ce-type": undefined }, "CloudEvent type: expected string"],
  ])("rejects the headers %j", (changes, reason) => {
    expect(() => binary(changes)).toThrow(new Rejected(400, reason));
  });

  it("rejects a body that is not JSON", () => {
    expect(() => binary({}, "plain")).toThrow(new Rejected(400, "not JSON"));
  });
});
