import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { sharedsignals } from "../../../lib/sources/sharedsignals.ts";
import { audience, byEmail, byPath, claims, issuer, risc, scim, token } from "../../fixtures/sources/sharedsignals.ts";
import { webhook } from "../../support/sign.ts";
import { workbench } from "../../support/workbench.ts";

const options = (input: object = {}) => sharedsignals.options.parse({ issuer, audience, ...input });

describe("sharedsignals' options", () => {
  it.each([{}, { issuer }, { audience }, { issuer: "", audience }, { issuer, audience, jwks: "{}" }])(
    "refuse %j",
    (input) => {
      expect(sharedsignals.options.safeParse(input).success).toBe(false);
    },
  );
});

describe("sharedsignals' answers", () => {
  const start = () => workbench({ config: { sources: { sharedsignals: { issuer, audience } } } });
  const post = (body: string, type = "application/secevent+jwt") => ({
    path: "/webhooks/sharedsignals",
    headers: { "content-type": type },
    body,
  });
  const disabled = (more: object = {}) =>
    JSON.stringify(claims(`${risc}account-disabled`, {}, byEmail("ada@example.com"), more));

  it("are an empty 202 once the event is queued", async () => {
    const bench = await start();
    const body = token(disabled({ jti: "set-1" }), "local-sharedsignals-secret");
    expect(await bench.ingest(post(body))).toMatchObject({ statusCode: 202, body: "" });
    expect(await bench.take("leavers")).toMatchObject([
      { id: "sharedsignals:set-1", person: { email: "ada@example.com" } },
    ]);
  });

  it.each([
    [
      "a signature of somebody else's",
      token(disabled(), "another", { kid: "local-sharedsignals-secret" }),
      "authentication_failed",
    ],
    ["a key that nobody knows", token(disabled(), "another"), "invalid_key"],
    [
      "another issuer",
      token(disabled({ iss: "https://elsewhere.example.org" }), "local-sharedsignals-secret"),
      "invalid_issuer",
    ],
    [
      "another receiver",
      token(disabled({ aud: "https://elsewhere.example.org" }), "local-sharedsignals-secret"),
      "invalid_audience",
    ],
    ["no events", token(disabled({ events: {} }), "local-sharedsignals-secret"), "invalid_request"],
    ["no token", "{}", "invalid_request"],
  ])("are the error of RFC 8935 for %s", async (_, body, err) => {
    const bench = await start();
    const answer = await bench.ingest(post(body));
    expect(answer).toMatchObject({
      statusCode: 400,
      headers: { "content-type": "application/json", "content-language": "en" },
    });
    expect(JSON.parse(answer.body ?? "")).toEqual({ err, description: expect.stringMatching(/^[\w:; ().-]{3,100}$/) });
    expect(await bench.take("leavers")).toEqual([]);
  });

  it("keep the status of what is wrong with the request around the token", async () => {
    const bench = await start();
    const body = token(disabled(), "local-sharedsignals-secret");
    const answer = await bench.ingest(post(body, "text/plain"));
    expect(answer).toMatchObject({ statusCode: 415 });
    expect(JSON.parse(answer.body ?? "")).toMatchObject({ err: "invalid_request" });
    expect(await bench.ingest({ ...post(body), method: "GET" })).toMatchObject({ statusCode: 405 });
  });

  it("are left to the door where nothing was sent to this source", () => {
    expect(sharedsignals.rejected(new Rejected(404, "unknown source"))).toBeUndefined();
  });
});

describe("sharedsignals' tokens", () => {
  const receivedAt = new Date("2026-10-05T08:40:00Z");
  const normalize = (content: unknown) =>
    sharedsignals.normalize(webhook({ headers: {}, body: JSON.stringify(content) }, receivedAt), options());

  it("may tell several events of one occurrence, each with an id of its own", () => {
    const feed = { "urn:ietf:params:scim:event:feed:remove": {} };
    const events = { ...feed, [`${scim}deactivate`]: {}, [`${scim}delete`]: {} };
    expect(normalize(claims("", {}, byPath("7"), { jti: "set-1", events }))).toMatchObject({
      events: [
        { id: "sharedsignals:set-1:1", kind: "leaver" },
        { id: "sharedsignals:set-1:2", kind: "leaver" },
      ],
      ignored: ["urn:ietf:params:scim:event:feed:remove"],
      bad: [],
    });
  });

  it("lose no good event for a bad one beside it", () => {
    const events = { [`${scim}put:full`]: { data: { active: "maybe" } }, [`${scim}deactivate`]: {} };
    expect(normalize(claims("", {}, byPath("7"), { jti: "set-1", events }))).toMatchObject({
      events: [{ id: "sharedsignals:set-1:1" }],
      bad: [{ id: "set-1", problem: expect.stringContaining("active") }],
    });
  });
});
