import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { entra } from "../../../lib/sources/entra.ts";
import { cloudEvent, lifecycle, notification } from "../../fixtures/sources/entra.ts";
import { webhook } from "../../support/sign.ts";
import { workbench } from "../../support/workbench.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const ada = "ada00000-0000-4000-8000-000000000001";
const noor = "a0070000-0000-4000-8000-000000000002";
const secret = "an-invented-client-state";
const options = (input: unknown = {}) => entra.options.parse(input);

const mine = (value: unknown) => JSON.parse(JSON.stringify(value).replaceAll("{clientState}", secret));
const graph = (...value: unknown[]) =>
  webhook({ headers: { "content-type": "application/json" }, body: JSON.stringify({ value }) }, receivedAt);
const eventGrid = (content: unknown, type = Array.isArray(content) ? "cloudevents-batch+json" : "cloudevents+json") =>
  webhook(
    { headers: { "content-type": `application/${type}; charset=utf-8` }, body: JSON.stringify(content) },
    receivedAt,
  );
const normalize = (request: ReturnType<typeof graph>, input?: unknown) => entra.normalize(request, options(input));
const read = (request: ReturnType<typeof graph>) => {
  const body = entra.verify(request, [secret], options());
  return normalize({ ...request, body });
};

describe("entra's handshakes", () => {
  const post = (validationToken: string, body = "") =>
    entra.handshake({ ...webhook({ headers: { "content-type": "text/plain" }, body }), query: { validationToken } });

  it("echo Graph's token as text", () => {
    expect(post("Validation: Testing client application <b> & 100%")).toEqual({
      status: 200,
      headers: { "content-type": "text/plain", "x-content-type-options": "nosniff" },
      body: "Validation: Testing client application <b> & 100%",
    });
  });

  it.each(["", "a\nb", "é", "x".repeat(2049)])("do not echo %j", (token) => {
    expect(post(token)).toBeUndefined();
  });

  it("do not echo what comes with a body", () => {
    expect(post("token", "{}")).toBeUndefined();
  });

  const ask = (origin: string | undefined, method: "OPTIONS" | "POST" = "OPTIONS") =>
    entra.handshake({ ...webhook({ headers: {}, body: "" }), method, headers: { "webhook-request-origin": origin } });

  it("let Event Grid deliver", () => {
    expect(ask("eventgrid.azure.net")).toEqual({
      status: 200,
      headers: { allow: "POST", "webhook-allowed-origin": "eventgrid.azure.net", "webhook-allowed-rate": "*" },
    });
  });

  it.each([undefined, "", "example.com", "eventgrid.azure.net.example.com", "eventgrid.azure.net\r\nx: y"])(
    "let nobody else deliver: %j",
    (origin) => {
      expect(ask(origin)).toBeUndefined();
    },
  );

  it("are OPTIONS for Event Grid", () => {
    expect(ask("eventgrid.azure.net", "POST")).toBeUndefined();
  });

  it("come through the door", async () => {
    const bench = await workbench({ config: { sources: { entra: {} } } });
    const validationToken = "Validation: a+b & c=d";
    const path = "/webhooks/entra";
    expect(await bench.ingest({ path, query: { validationToken } })).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "text/plain" },
      body: validationToken,
    });
    const headers = { "webhook-request-origin": "eventgrid.azure.net" };
    expect(await bench.ingest({ path, method: "OPTIONS", headers })).toMatchObject({ statusCode: 200, body: "" });
    expect(await bench.ingest({ path, method: "OPTIONS" })).toMatchObject({ statusCode: 405 });
  });
});

describe("entra's verify", () => {
  const verify = (request: ReturnType<typeof graph>, secrets = [secret], input?: unknown) =>
    entra.verify(request, secrets, options(input)).toString();

  it("takes a delivery whose every clientState matches as it is, with either secret", () => {
    const request = graph(mine(notification("updated", ada)), mine(notification("deleted", noor)));
    expect(verify(request, ["another", secret])).toBe(request.body.toString());
  });

  it("takes out what matches none, and keeps the rest", () => {
    const request = graph(notification("deleted", noor), mine(notification("updated", ada)), { clientState: 7 }, null);
    expect(JSON.parse(verify(request))).toEqual({ value: [null, mine(notification("updated", ada)), null, null] });
    const events = [cloudEvent("UserUpdated", noor, "1"), mine(cloudEvent("UserUpdated", ada, "2"))];
    expect(JSON.parse(verify(eventGrid(events)))).toEqual([null, events[1]]);
    expect(read(request)).toMatchObject({
      events: [{ person: { externalId: ada } }],
      bad: Array.from({ length: 3 }, () => ({ problem: "clientState does not match" })),
    });
  });

  it.each([
    ["wrong", graph(notification("deleted", ada))],
    ["empty", graph(notification("deleted", ada, { clientState: "" }))],
    ["missing", graph(notification("deleted", ada, { clientState: undefined }))],
    ["nowhere", graph()],
    ["in another form", eventGrid({ value: [mine(notification("deleted", ada))] })],
    ["in no JSON", webhook({ headers: {}, body: `{"clientState":"${secret}"` })],
    ["in no UTF-8", webhook({ headers: {}, body: Buffer.from([0xff]) })],
  ])("turns a delivery away whose clientState is %s", (_, request) => {
    for (const secrets of [[secret], [""], []]) {
      expect(() => verify(request, secrets)).toThrow(expect.objectContaining({ status: 401 }));
    }
  });

  it("takes a header's secret for the whole delivery", () => {
    const request = eventGrid(cloudEvent("UserUpdated", ada, "1"));
    const headers = { ...request.headers, "x-webhook-secret": secret };
    expect(verify({ ...request, headers })).toBe(request.body.toString());
    expect(() => verify({ ...request, headers: { ...headers, "x-webhook-secret": "another" } })).toThrow(Rejected);
    expect(() => verify({ ...request, headers }, [secret], { header: "x-other" })).toThrow(Rejected);
  });

  it("says what is wrong with a mixed delivery that is too deep to be written again", () => {
    const deep = `${"[".repeat(20_000)}${"]".repeat(20_000)}`;
    const body = `{"value":[{"clientState":"${secret}","more":${deep}},{}]}`;
    expect(() => verify(webhook({ headers: {}, body }))).toThrow(new Rejected(400, "nested too deeply"));
  });
});

describe("entra's notifications", () => {
  it("are hints that name the user", () => {
    expect(read(graph(mine(notification("updated", ada))))).toStrictEqual({
      events: [
        {
          id: expect.stringMatching(/^entra:[0-9a-f]{64}$/),
          source: "entra",
          kind: "changed",
          attempt: 0,
          occurredAt: "2026-10-05T08:40:00.000Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: ada },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each(["created", "updated", "deleted"])("say nothing certain when they say %s", (changeType) => {
    expect(normalize(graph(notification(changeType, ada))).events).toMatchObject([{ kind: "changed" }]);
  });

  it("can be given a meaning in the configuration", () => {
    expect(normalize(graph(notification("deleted", ada)), { kinds: { deleted: "leaver" } }).events).toMatchObject([
      { kind: "leaver" },
    ]);
  });

  it("name the user by resource where they carry no data", () => {
    const bare = { changeType: "updated", resource: `users/${ada}`, resourceData: undefined };
    expect(normalize(graph(notification("updated", ada, bare))).events).toMatchObject([
      { person: { externalId: ada } },
    ]);
  });

  it.each([
    [
      "a message",
      { resourceData: { "@odata.type": "#Microsoft.Graph.Message", id: "m1" } },
      "?Microsoft.Graph.Message",
    ],
    ["something of a user's", { resource: `users/${ada}/messages/m1`, resourceData: undefined }, "not?a?user"],
    ["a subscription", lifecycle("reauthorizationRequired"), "lifecycle.reauthorizationRequired"],
    ["what nobody knows", { changeType: "moved" }, "moved"],
  ])("about %s are ignored", (_, changes, type) => {
    expect(normalize(graph(notification("updated", ada, changes)))).toEqual({ events: [], ignored: [type], bad: [] });
  });

  it.each([
    [{ changeType: undefined }, "changeType: expected string"],
    [
      { resource: "Users", resourceData: { "@odata.type": "#Microsoft.Graph.User" } },
      "resourceData.id: expected string",
    ],
    [{ resourceData: { id: "" }, resource: `Users/${ada}` }, "person.externalId: at least 1"],
    [{ resourceData: 7 }, "resourceData: expected object"],
  ])("with %j are bad, without the others", (changes, problem) => {
    const request = graph(notification("updated", ada, changes), notification("updated", noor));
    expect(normalize(request)).toMatchObject({ events: [{ person: { externalId: noor } }], bad: [{ problem }] });
  });

  it.each([graph(), eventGrid([])])("may be none", (request) => {
    expect(normalize(request)).toEqual({ events: [], ignored: [], bad: [] });
  });

  it.each([
    ["{}", "application/json"],
    ['{"value":{}}', "application/json"],
    ["{}", "application/cloudevents-batch+json"],
  ])("are rejected as %s in %s", (body, type) => {
    expect(() => normalize(webhook({ headers: { "content-type": type }, body }))).toThrow(Rejected);
  });

  it("are acknowledged with an empty 202", () => {
    expect(entra.accepted()).toEqual({ status: 202 });
  });
});

describe("entra's event ids", () => {
  const idOf = (request: ReturnType<typeof graph>) => normalize(request).events[0]?.id;
  const later = (request: ReturnType<typeof graph>) => ({ ...request, receivedAt: new Date("2026-10-05T11:40:00Z") });

  it("tell two equal notifications hours apart from each other", () => {
    const request = graph(notification("updated", ada));
    expect(idOf(request)).toBe(idOf(request));
    expect(idOf(later(request))).not.toBe(idOf(request));
  });

  it.each([
    ["an id", { id: "n1" }],
    ["a time", { resourceData: { id: ada, eventTime: "2026-10-05T08:30:00.3062901Z" } }],
  ])("are the same for a repeated notification with %s", (_, more) => {
    const request = graph(notification("updated", ada, more));
    expect(idOf(later(request))).toBe(idOf(request));
  });

  it("differ with everything that identifies a notification", () => {
    const changes = [
      {},
      { id: "n2" },
      { subscriptionId: "s2" },
      { changeType: "deleted" },
      { resourceData: { id: noor } },
    ];
    const ids = changes.map((change) => idOf(graph(notification("updated", ada, { id: "n1", ...change }))));
    expect(new Set(ids).size).toBe(changes.length);
  });

  it("are source and id of a CloudEvent", () => {
    const event = cloudEvent("UserUpdated", ada, "1");
    expect(idOf(later(eventGrid(event)))).toBe(idOf(eventGrid(event)));
    expect(idOf(eventGrid([{ ...event, time: "2026-10-05T08:31:00Z" }]))).toBe(idOf(eventGrid(event)));
    expect(idOf(eventGrid({ ...event, source: "/elsewhere" }))).not.toBe(idOf(eventGrid(event)));
  });
});

describe("entra's CloudEvents", () => {
  it("are read one by one and in batches", () => {
    const events = [cloudEvent("UserUpdated", ada, "1"), cloudEvent("UserDeleted", noor, "2")].map(mine);
    expect(read(eventGrid(events[0])).events).toMatchObject([
      { kind: "changed", occurredAt: "2026-10-05T08:30:00.306Z", person: { externalId: ada } },
    ]);
    expect(read(eventGrid(events)).events.map(({ person }) => person.externalId)).toEqual([ada, noor]);
  });

  it("happened no later than they came", () => {
    const event = cloudEvent("UserUpdated", ada, "1", "2036-10-05T08:30:00Z");
    expect(normalize(eventGrid(event)).events).toMatchObject([{ occurredAt: receivedAt.toISOString() }]);
  });

  it("are hints even without a time that can be read", () => {
    const event = cloudEvent("UserUpdated", ada, "1", "yesterday");
    expect(normalize(eventGrid(event)).events).toMatchObject([{ occurredAt: receivedAt.toISOString() }]);
  });

  it("with other data are bad, without the others", () => {
    const bad = { ...cloudEvent("UserUpdated", ada, "1"), data: undefined, data_base64: "AAAA" };
    expect(normalize(eventGrid([bad, cloudEvent("UserUpdated", noor, "2"), 7]))).toMatchObject({
      events: [{ person: { externalId: noor } }],
      bad: [{}, {}],
    });
  });
});
