import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { parseEvent } from "../../../lib/lifecycle/event.ts";
import type { Normalized, WebhookRequest } from "../../../lib/sources/source.ts";
import type { ToldKind } from "../../fixtures/sources/fixture.ts";
import { mutated } from "../../support/mutate.ts";
import { webhook } from "../../support/sign.ts";
import { sourceSuites } from "../../support/source-suites.ts";

const receivedAt = new Date();
const told: ToldKind[] = ["joiner", "mover", "leaver", "changed"];
const noor = { email: "noor@example.com", name: "Noor Haddad" };

const cloudEvent = { "ce-specversion": "1.0", "ce-id": "1", "ce-source": "/x", "ce-type": "person.left" };
const contentTypes = ["application/json", "application/cloudevents+json", "application/x-www-form-urlencoded", ""];
const headers = fc.oneof(
  fc.constantFrom<Record<string, string>>(
    ...contentTypes.map((type) => ({ "content-type": type, "webhook-id": "msg_1" })),
    cloudEvent,
  ),
  fc.dictionary(fc.constantFrom(...Object.keys(cloudEvent), "webhook-id", "content-type"), fc.string()),
);

/** Whatever comes, a source reads it or throws `Rejected`: nothing else, and nothing that the queue would not take. */
describe.each(sourceSuites)("$name", ({ name, source, fixture, secret }) => {
  const options = source.options.parse(fixture.options);
  const hooks = told.flatMap((kind) => fixture.hook({ kind, ...noor, externalId: fixture.idOf(noor.email) }) ?? []);
  const bodies = [...hooks, fixture.unknownType, fixture.nobody, fixture.batch ?? [], fixture.samples ?? []].flat();

  function normalized(request: WebhookRequest): Normalized | "rejected" {
    try {
      return source.normalize(request, options);
    } catch (error) {
      if (!(error instanceof Rejected)) throw error;
      expect(error.status).toBeGreaterThanOrEqual(400);
      return "rejected";
    }
  }

  function expectOrderly(request: WebhookRequest): void {
    const result = normalized(request);
    if (result === "rejected") return;
    for (const event of result.events) {
      expect(parseEvent(JSON.stringify(event))).toEqual(event);
      expect(event).toMatchObject({ source: name, attempt: 0, receivedAt: receivedAt.toISOString() });
      expect(event.id.startsWith(`${name}:`)).toBe(true);
    }
    for (const type of result.ignored) expect(type).toMatch(/^[\w.:/?-]{0,100}$/);
    for (const { id, problem } of result.bad) expect(`${id} ${problem}`).not.toMatch(/@|noor|haddad/i);
  }

  it("reads bodies that are nearly right, or rejects them", async () => {
    await fc.assert(
      fc.asyncProperty(mutated(bodies), async (body) => {
        const sealed = await fixture.seal(body, { secret, at: receivedAt });
        const request = { ...webhook(sealed, receivedAt), query: sealed.query ?? {} };
        try {
          expectOrderly({ ...request, body: await source.verify(request, [secret], options) });
        } catch (error) {
          if (!(error instanceof Rejected)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });

  it("reads any proven bytes, or rejects them", () => {
    const any = fc.oneof(fc.json(), fc.string(), fc.uint8Array({ maxLength: 200 }), mutated(bodies));
    fc.assert(
      fc.property(any, headers, (body, sent) => {
        expectOrderly(webhook({ headers: sent, body: Buffer.from(body) }, receivedAt));
      }),
      { numRuns: 300 },
    );
  });

  it("rejects what is not proven", async () => {
    const proofs = ["authorization", "webhook-id", "webhook-timestamp", "webhook-signature", "content-type"];
    const { headers: real } = await fixture.seal(hooks[0] ?? "", { secret, at: receivedAt });
    const value = fc.oneof(
      fc.string(),
      fc.constantFrom(String(receivedAt.getTime()), "v1,AAAA", "v1a,AAAA", "t=1,v1=0"),
    );
    const sent = fc.dictionary(fc.constantFrom(...proofs, ...Object.keys(real)), value);
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), sent, async (bytes, unsigned) => {
        const request = webhook({ headers: unsigned, body: Buffer.from(bytes) }, receivedAt);
        for (const secrets of [[fixture.otherSecret], [""], []]) {
          await expect((async () => source.verify(request, secrets, options))()).rejects.toThrow(Rejected);
        }
      }),
    );
  });

  it("survives deep nesting", () => {
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    const long = `${'{"data":'.repeat(50_000)}1${"}".repeat(50_000)}`;
    const inside = `{"type":"person.left","event":"dsync.user.deleted","employees":[${deep}],"data":{"events":[${deep}]}}`;
    for (const body of [deep, long, inside, deep.slice(1)]) {
      for (const type of contentTypes) {
        expectOrderly(webhook({ headers: { "content-type": type, "webhook-id": "msg_1" }, body }, receivedAt));
      }
    }
  });

  it("carries no prototype further", async () => {
    for (const body of bodies) {
      const sealed = await fixture.seal(body.replaceAll(/\{(?!\})/g, '{"__proto__":{"polluted":true},'), {
        secret,
        at: receivedAt,
      });
      const result = normalized({ ...webhook(sealed, receivedAt), query: sealed.query ?? {} });
      for (const event of result === "rejected" ? [] : result.events) {
        expect(Object.getPrototypeOf(event.person)).toBe(Object.prototype);
        expect(JSON.stringify(event)).not.toContain("polluted");
      }
      expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
    }
  });
});
