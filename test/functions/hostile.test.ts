import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { signStandard } from "../../local/signed-requests.ts";
import { sourceSuites } from "../support/source-suites.ts";
import { type Workbench, workbench } from "../support/workbench.ts";

/** Requests made to do harm. Some are signed well: by a thief of the secret, or by a sender that was taken over. */
const secret = localSecrets[secretIds.standard];
const json = { "content-type": "application/json" };
const okta = { path: "/webhooks/okta", headers: { ...json, authorization: "local-okta-secret" } };
const queued = async (bench: Workbench) => [...(await bench.take("leavers")), ...(await bench.take("changes"))];

function signed(body: string | Buffer, headers: Record<string, string> = {}) {
  const bytes = Buffer.from(body);
  return { path: "/webhooks/standard", headers: { ...json, ...headers, ...signStandard(bytes, secret) }, bytes };
}
const joined = (data: string) => `{"type":"person.joined","timestamp":"${new Date().toISOString()}","data":${data}}`;

describe("compressed bodies", () => {
  it.each(["gzip", "br", "deflate", "gzip, gzip"])(
    "with the coding %s are turned away, never inflated",
    async (coding) => {
      const bench = await workbench();
      const bomb = gzipSync(joined(`{"email":"ada@example.com","name":"${"a".repeat(50_000_000)}"}`));
      const answer = await bench.ingest(signed(bomb, { "content-encoding": coding }));
      expect(answer).toMatchObject({ statusCode: 415, body: '{"error":"expected no content-encoding"}' });
      expect(await queued(bench)).toEqual([]);
    },
  );

  it("that do not say so are no JSON, and the coding identity is none", async () => {
    const bench = await workbench();
    expect(await bench.ingest(signed(gzipSync("{}")))).toMatchObject({ statusCode: 400 });
    const plain = signed(joined('{"email":"ada@example.com"}'), { "content-encoding": "identity" });
    expect(await bench.ingest(plain)).toMatchObject({ statusCode: 202 });
  });
});

describe("keys that mean something to JavaScript", () => {
  const polluted = () => Object.keys(Object.getPrototypeOf({}));

  it.each(["__proto__", "constructor", "prototype"])("%s in an event's data is an unknown field", async (key) => {
    const bench = await workbench();
    const body = joined(`{"email":"ada@example.com","${key}":{"role":"admin","kind":"leaver"}}`);
    expect(await bench.ingest(signed(body))).toMatchObject({ statusCode: 400 });
    expect(await queued(bench)).toEqual([]);
    expect(polluted()).toEqual([]);
  });

  it.each(["__proto__", "constructor"])(
    "%s in a hook that takes what it does not know changes nothing",
    async (key) => {
      const bench = await workbench();
      const element = `{"uuid":"u1","published":"${new Date().toISOString()}","eventType":"user.lifecycle.activate",
      "${key}":{"eventType":"user.lifecycle.deactivate","target":[]},
      "target":[{"${key}":{"type":"Nobody"},"id":"00u1","type":"User","alternateId":"ada@example.com"}]}`;
      const body = `{"${key}":{"data":{"events":[]}},"data":{"${key}":{},"events":[${element}]}}`;
      expect(await bench.ingest({ ...okta, body })).toMatchObject({ statusCode: 200 });
      expect(await queued(bench)).toMatchObject([{ kind: "joiner", person: { email: "ada@example.com" } }]);
      expect(polluted()).toEqual([]);
    },
  );

  it("on the queue are no part of the event", async () => {
    const bench = await workbench();
    const event = `"id":"standard:1","source":"standard","kind":"joiner","attempt":0,"occurredAt":"2026-01-01T00:00:00Z",
      "receivedAt":"2026-01-01T00:00:00Z"`;
    const person = '{"email":"ada@example.com","__proto__":{"role":"admin"},"attributes":{"__proto__":"x","a":"b"}}';
    expect(await bench.deliverBody(`{${event},"__proto__":{"kind":"leaver"},"person":${person}}`)).toEqual({
      batchItemFailures: [],
    });
    expect(bench.fake.users().find(({ email }) => email === "ada@example.com")).toMatchObject({
      role: { type: "predefined", name: "member" },
    });
    expect(polluted()).toEqual([]);
  });
});

describe("replies before anybody is known", () => {
  const injections = ["a\r\nset-cookie: b=c", "a\nb", "a\u0000b", "a\u2028b", "<script>alert(1)</script>\r\n\r\n"];
  const echoed = ["x-okta-verification-challenge", "webhook-request-origin", "webhook-request-callback"];

  it.each(sourceSuites)("of $name carry no line break into a header, and no markup to a browser", async (suite) => {
    const bench = await workbench({ config: { sources: { [suite.name]: suite.fixture.options } } });
    for (const value of injections) {
      const headers = { ...json, ...Object.fromEntries(echoed.map((name) => [name, value])) };
      for (const method of ["GET", "POST", "OPTIONS"]) {
        const query = { validationToken: value };
        const answer = await bench.ingest({ path: `/webhooks/${suite.name}`, method, headers, query });
        for (const header of Object.values(answer.headers ?? {}))
          expect(header).not.toMatch(/\p{Cc}|\u2028|set-cookie/u);
        const isShown = answer.body?.includes("<script>");
        if (isShown)
          expect(answer.headers).toMatchObject({ "content-type": "text/plain", "x-content-type-options": "nosniff" });
      }
    }
  });

  it("echo a challenge as JSON, however long or strange it is not", async () => {
    const bench = await workbench();
    const ask = (challenge: string) =>
      bench.ingest({ ...okta, method: "GET", headers: { "x-okta-verification-challenge": challenge } });
    expect(await ask('"><script>')).toMatchObject({
      statusCode: 200,
      headers: { "x-content-type-options": "nosniff" },
      body: '{"verification":"\\"><script>"}',
    });
    for (const challenge of ["a\r\nb", "ü", "a".repeat(1025)])
      expect(await ask(challenge)).toMatchObject({ statusCode: 405 });
  });
});

describe("bodies that are much", () => {
  it("over a mebibyte are turned away before their signature is looked at", async () => {
    const bench = await workbench();
    const answer = await bench.ingest({ path: "/webhooks/standard", headers: json, body: "a".repeat(1024 * 1024 + 1) });
    expect(answer).toMatchObject({ statusCode: 413 });
  });

  it("nested without end, of ten thousand events, or of as many unknown fields are answered", async () => {
    const bench = await workbench();
    expect(await bench.ingest({ ...okta, body: "[".repeat(500_000) })).toMatchObject({ statusCode: 400 });
    const types = Array.from({ length: 8_000 }, (_, n) => ({
      uuid: String(n),
      eventType: `type.${n}.${"x".repeat(80)}`,
    }));
    const ignored = JSON.stringify({ data: { events: types } });
    expect(await bench.ingest({ ...okta, body: ignored })).toMatchObject({ statusCode: 200 });
    const fields = Object.fromEntries(Array.from({ length: 30_000 }, (_, n) => [`field${n}`, 1]));
    expect(await bench.ingest(signed(joined(JSON.stringify(fields))))).toMatchObject({ statusCode: 400 });
    expect(await queued(bench)).toEqual([]);
  });
});
