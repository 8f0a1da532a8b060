import { describe, expect, it } from "vitest";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaHook, signStandard } from "../../local/signed-requests.ts";
import { type Workbench, workbench } from "../support/workbench.ts";

const secret = localSecrets[secretIds.standard];
const okta = {
  path: "/webhooks/okta",
  headers: { "content-type": "application/json", authorization: "local-okta-secret" },
};

function standard(body: string | object, options: { id?: string; timestamp?: number; secret?: string } = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const signature = signStandard(text, options.secret ?? secret, options);
  return { path: "/webhooks/standard", headers: { "content-type": "application/json", ...signature }, body: text };
}
const joined = (data: object) => ({ type: "person.joined", timestamp: new Date().toISOString(), data });
const queued = async (bench: Workbench) => [...(await bench.take("leavers")), ...(await bench.take("changes"))];

describe("what is accepted", () => {
  it("answers 202 with the ids once they are on the queue", async () => {
    const bench = await workbench();
    const answer = await bench.ingest(standard(joined({ email: "ada@example.com" }), { id: "msg_1" }));
    expect(answer).toMatchObject({ statusCode: 202, body: '{"accepted":["standard:msg_1"]}' });
    expect(await queued(bench)).toMatchObject([
      { id: "standard:msg_1", kind: "joiner", person: { email: "ada@example.com" } },
    ]);
  });

  it.each(["ada+test@example.com", "o'hara@example.com", "jörg@bücher.example", `${"a".repeat(60)}@example.com`])(
    "takes %s",
    async (email) => {
      const bench = await workbench();
      expect(await bench.ingest(standard(joined({ email })))).toMatchObject({ statusCode: 202 });
      expect(await queued(bench)).toMatchObject([{ person: { email } }]);
    },
  );

  it("queues the good events of a hook and acknowledges the bad one among them", async () => {
    const bench = await workbench();
    const people = Array.from({ length: 25 }, (_, n) => ({
      eventType: "user.lifecycle.activate",
      email: `user${n}@example.com`,
    }));
    const hook = oktaHook(...people);
    Object.assign(hook.data.events[12] ?? {}, { published: "yesterday" });
    expect(await bench.ingest({ ...okta, body: JSON.stringify(hook) })).toMatchObject({ statusCode: 200, body: "" });
    expect(await queued(bench)).toHaveLength(24);
  });

  it("acknowledges an event without a user", async () => {
    const bench = await workbench();
    const hook = oktaHook({ eventType: "user.lifecycle.deactivate", email: "ada@example.com" });
    Object.assign(hook.data.events[0] ?? {}, { target: null });
    expect(await bench.ingest({ ...okta, body: JSON.stringify(hook) })).toMatchObject({ statusCode: 200 });
    expect(await queued(bench)).toEqual([]);
  });

  it("answers Okta's handshake", async () => {
    const bench = await workbench();
    const headers = { "x-okta-verification-challenge": "challenge-1" };
    expect(await bench.ingest({ path: "/webhooks/okta", method: "GET", headers })).toMatchObject({
      statusCode: 200,
      body: '{"verification":"challenge-1"}',
    });
  });

  it("gives commands an end", async () => {
    const bench = await workbench();
    await bench.ingest(standard({ ...joined({ email: "ada@example.com" }), type: "password.reset" }));
    const [event] = await queued(bench);
    expect(Date.parse(event?.expiresAt ?? "") - Date.parse(event?.receivedAt ?? "")).toBe(3_600_000);
  });

  it("queues a delivery that is repeated once", async () => {
    const bench = await workbench();
    const request = standard(joined({ email: "ada@example.com" }));
    expect(await bench.ingest(request)).toMatchObject({ statusCode: 202 });
    expect(await bench.ingest(request)).toMatchObject({ statusCode: 202 });
    expect(await queued(bench)).toHaveLength(1);
  });

  it("is healthy without having read a secret", async () => {
    const bench = await workbench();
    bench.secrets.failNext(10);
    expect(await bench.ingest({ path: "/health", method: "GET" })).toMatchObject({ statusCode: 200 });
  });
});

describe("what is turned away, with nothing queued", () => {
  const now = () => Math.floor(Date.now() / 1000);
  const good = () => joined({ email: "ada@example.com" });
  const cases: [string, number, string, () => Parameters<Workbench["ingest"]>[0]][] = [
    ["unsigned", 401, "", () => ({ ...standard(good()), headers: { "content-type": "application/json" } })],
    ["wrongly signed", 401, "", () => standard(good(), { secret: "whsec_d3Jvbmctc2VjcmV0LXdyb25nLXNlY3JldA==" })],
    ["replayed after ten minutes", 401, "5 minutes", () => standard(good(), { timestamp: now() - 600 })],
    ["from the future", 401, "5 minutes", () => standard(good(), { timestamp: now() + 600 })],
    ["without Okta's secret", 401, "", () => ({ ...okta, headers: {}, body: "{}" })],
    ["not JSON", 400, "not JSON", () => standard("{")],
    ["the wrong shape", 400, "data.email", () => standard(joined({ email: 7 }))],
    ["nobody", 400, "data", () => standard(joined({ name: "Ada" }))],
    [
      "255 characters of email",
      400,
      "data.email",
      () => standard(joined({ email: `ada@${"b".repeat(239)}.example.com` })),
    ],
    ["no hook of Okta's", 400, "expected object", () => ({ ...okta, body: "[]" })],
    ["of an unknown source", 404, "unknown source", () => ({ ...standard(good()), path: "/webhooks/unknown" })],
    [
      "of a source named like a method",
      404,
      "unknown source",
      () => ({ ...standard(good()), path: "/webhooks/constructor" }),
    ],
    ["somewhere else", 404, "unknown source", () => ({ ...standard(good()), path: "/" })],
    ["2 MiB", 413, "1 MiB", () => standard(joined({ email: "ada@example.com", name: "a".repeat(2 * 1024 * 1024) }))],
    [
      "XML",
      415,
      "application/json",
      () => ({ ...okta, headers: { ...okta.headers, "content-type": "text/xml" }, body: "<a/>" }),
    ],
    ["a DELETE", 405, "", () => ({ ...okta, method: "DELETE" })],
    ["a GET that is no handshake", 405, "", () => ({ ...okta, method: "GET" })],
  ];

  it.each(cases)("%s: %i", async (_, statusCode, reason, request) => {
    const bench = await workbench();
    const answer = await bench.ingest(request());
    expect(answer).toMatchObject({ statusCode });
    expect(answer.body).toContain(reason);
    expect(answer.body).not.toContain("ada@");
    expect(await queued(bench)).toEqual([]);
  });

  it("invalid UTF-8: 400", async () => {
    const bench = await workbench();
    const bytes = Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]);
    const headers = { "content-type": "application/json", ...signStandard(bytes, secret) };
    expect(await bench.ingest({ path: "/webhooks/standard", headers, bytes })).toMatchObject({ statusCode: 400 });
  });
});

describe("what asks the sender to deliver again", () => {
  it("503 with Retry-After when a secret cannot be read, and success once it can", async () => {
    const bench = await workbench();
    bench.secrets.failNext(20);
    const request = standard(joined({ email: "ada@example.com" }));
    const answer = await bench.ingest(request);
    expect(answer).toMatchObject({ statusCode: 503, headers: { "retry-after": expect.any(String) } });
    bench.secrets.failNext(0);
    expect(await bench.ingest(request)).toMatchObject({ statusCode: 202 });
  });

  it("503 when SQS does not take it", async () => {
    const bench = await workbench({
      environment: { AWS_ENDPOINT_URL_SQS: "http://127.0.0.1:1", AWS_MAX_ATTEMPTS: "1" },
    });
    expect(await bench.ingest(standard(joined({ email: "ada@example.com" })))).toMatchObject({ statusCode: 503 });
  });
});
