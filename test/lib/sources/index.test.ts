import { readdirSync, readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../lib/config.ts";
import { Rejected } from "../../../lib/errors.ts";
import { type LifecycleEvent, parseEvent } from "../../../lib/lifecycle/event.ts";
import { findSource, sources } from "../../../lib/sources/index.ts";
import type { Normalized, Source, SourceOptions } from "../../../lib/sources/source.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const everything = {
  okta: { everyone: true, apps: ["0oa7exampleArize0001"], groups: ["00g7exampleArize0001"] },
  standard: {},
};

describe("the registry", () => {
  it("calls every source by its own name", () => {
    for (const [name, source] of Object.entries(sources)) expect(source.name).toBe(name);
  });

  it("finds a source by name, and nothing by what every object has", () => {
    expect(findSource("okta")).toBe(sources.okta);
    for (const name of ["", "Okta", "constructor", "__proto__", "toString"]) expect(findSource(name)).toBeUndefined();
  });

  it("gives the configuration each source's options", () => {
    const config = parseConfig({
      mode: "observe",
      managedDomains: ["example.com"],
      apiKeyOwner: "owner@example.com",
      sources: { okta: { apps: ["0oa1"] } },
      defaults: { role: "member", inviteMode: "email_link" },
      guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0.1, floor: 1 } },
    });
    expect(config.sources.okta?.apps).toEqual(["0oa1"]);
    expect(config.sources.standard).toBeUndefined();
  });
});

function fixtures(name: string): unknown[] {
  const folder = new URL(`../../fixtures/${name}/`, import.meta.url);
  return readdirSync(folder).map((file): unknown => JSON.parse(readFileSync(new URL(file, folder), "utf8")));
}

/** Puts something else in one place of a document, chosen by a number. */
function mutate(document: unknown, place: number, replacement: unknown): unknown {
  let left = place % count(document);
  const walk = (value: unknown): unknown => {
    if (left-- === 0) return replacement;
    if (Array.isArray(value)) return value.map(walk);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, walk(child)]));
  };
  return walk(document);
}

function count(value: unknown): number {
  if (value === null || typeof value !== "object") return 1;
  return Object.values(value).reduce((sum: number, child) => sum + count(child), 1);
}

const contentTypes = ["application/json", "application/cloudevents+json", ""];
const cloudEvent = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "person.left" };
const headers = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    ...contentTypes.map((type) => ({ "content-type": type, "webhook-id": "msg_1" })),
    cloudEvent,
  ),
  fc.dictionary(fc.constantFrom(...Object.keys(cloudEvent), "webhook-id", "content-type"), fc.string()),
);

describe.each<[keyof typeof everything, Source<SourceOptions>]>([
  ["okta", sources.okta],
  ["standard", sources.standard],
])("whatever comes, %s", (name, source) => {
  const options = source.options.parse(everything[name]);

  function expectOrderly(body: string | Buffer, sent: Record<string, string>) {
    try {
      const normalized = source.normalize(webhook({ headers: sent, body }, receivedAt), options);
      for (const event of normalized.events) {
        expect(parseEvent(JSON.stringify(event))).toEqual(event);
        expect(event).toMatchObject({ source: name, attempt: 0, receivedAt: receivedAt.toISOString() });
        expect(event.id.startsWith(`${name}:`)).toBe(true);
      }
      for (const type of normalized.ignored) expect(type.length).toBeLessThanOrEqual(100);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      expect(error.status).toBe(400);
    }
  }

  it("reads it or rejects it: mutated samples", () => {
    const replacement = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(
        "__proto__",
        "constructor",
        "9999-12-31T23:59:59-23:59",
        "a@b.example",
        "\u0000",
        "x".repeat(400),
      ),
    );
    const sample = fc.constantFrom(...fixtures(name));
    fc.assert(
      fc.property(sample, fc.nat(), replacement, headers, (document, place, value, sent) => {
        expectOrderly(JSON.stringify(mutate(document, place, value)), sent);
      }),
      { numRuns: 500 },
    );
  });

  it("reads it or rejects it: JSON", () => {
    fc.assert(fc.property(fc.json(), headers, (body, sent) => expectOrderly(body, sent)));
  });

  it("reads it or rejects it: bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), headers, (bytes, sent) => expectOrderly(Buffer.from(bytes), sent)),
    );
  });

  it("rejects it with 401 when it comes unsigned", () => {
    const sent = fc.dictionary(
      fc.constantFrom("authorization", "webhook-id", "webhook-timestamp", "webhook-signature"),
      fc.oneof(fc.string(), fc.constantFrom(String(receivedAt.getTime() / 1000), "v1,AAAA", "v1a,AAAA")),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), sent, (bytes, unsigned) => {
        const request = webhook({ headers: unsigned, body: Buffer.from(bytes) }, receivedAt);
        for (const secrets of [["whsec_aW52ZW50ZWQgc2VjcmV0IGZvciB0ZXN0cyBvbmx5"], [""], []]) {
          expect(() => source.verify(request, secrets, options)).toThrow(Rejected);
        }
      }),
    );
  });

  it("reads it or rejects it: deep nesting", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const long = `${'{"data":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    for (const body of [
      deep,
      long,
      `{"type":"person.left","data":{"events":[${deep}],"email":${deep}}}`,
      deep.slice(1),
    ]) {
      for (const type of contentTypes) expectOrderly(body, { "content-type": type, "webhook-id": "msg_1" });
    }
  });

  it("carries no prototype further: reads the event without it, or rejects it", () => {
    let seen = 0;
    for (const document of fixtures(name)) {
      const body = JSON.stringify(document).replaceAll(/\{(?!\})/g, '{"__proto__":{"polluted":true},');
      const contentType = body.includes("specversion") ? "application/cloudevents+json" : "application/json";
      const sent = { "webhook-id": "msg_1", "content-type": contentType };
      const events = normalizeOrRefuse(() => source.normalize(webhook({ headers: sent, body }, receivedAt), options));
      if (events === "refused") {
        seen++;
        continue;
      }
      seen += events.length;
      for (const event of events) {
        expect(Object.getPrototypeOf(event.person)).toBe(Object.prototype);
        expect(JSON.stringify(event)).not.toContain("polluted");
      }
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    }
    expect(seen).toBeGreaterThan(2);
  });
});

function normalizeOrRefuse(normalize: () => Normalized): LifecycleEvent[] | "refused" {
  try {
    return normalize().events;
  } catch (error) {
    if (error instanceof Rejected) return "refused";
    throw error;
  }
}
