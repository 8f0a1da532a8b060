import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../lib/config.ts";
import { findConfigured, readEvents } from "../../../lib/sources/configured.ts";
import { minimalConfig } from "../../support/events.ts";

const config = parseConfig(minimalConfig({ commandTtlMinutes: 30 }));
const receivedAt = new Date("2026-03-02T12:00:00Z");

function requestOf(type: string, contentType = "Application/JSON; charset=utf-8") {
  const body = Buffer.from(JSON.stringify({ type, timestamp: receivedAt, data: { email: "ann@example.com" } }));
  const headers = { "content-type": contentType, "webhook-id": "msg_1" };
  return { method: "POST" as const, headers, query: {}, body, receivedAt };
}

describe("a configured source", () => {
  test.each([undefined, "nobody", "okta", "constructor"])("is not %s, which is not set up here", (name) => {
    expect(() => findConfigured(name, config)).toThrow(expect.objectContaining({ status: 404 }));
  });

  test("reads only what it says it takes", () => {
    const standard = findConfigured("standard", config);
    expect(readEvents(requestOf("person.joined"), standard, config).events).toMatchObject([{ kind: "joiner" }]);
    expect(() => readEvents(requestOf("person.joined", "text/plain"), standard, config)).toThrow(
      expect.objectContaining({ status: 415 }),
    );
  });

  test.each([
    ["password.reset", "2026-03-02T12:30:00.000Z"],
    ["invitation.resend", "2026-03-02T12:30:00.000Z"],
    ["person.left", undefined],
  ])("stamps %s with the end of its time: %s", (type, expiresAt) => {
    const [event] = readEvents(requestOf(type), findConfigured("standard", config), config).events;
    expect(event?.expiresAt).toBe(expiresAt);
  });
});
