import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { okta } from "../../../lib/sources/okta.ts";
import { standard } from "../../../lib/sources/standard.ts";
import { oktaRequest, standardRequest } from "../../../local/signed-requests.ts";
import { webhook } from "../../support/sign.ts";

const secret = "whsec_aW52ZW50ZWQgc2VjcmV0IGZvciB0ZXN0cyBvbmx5";
const zoe = { email: "zoe@example.com", name: "Zoë Ångström" };

describe("standardRequest", () => {
  it("is accepted by the reference library, and by the source", () => {
    const request = standardRequest({ type: "person.joined", data: zoe, secret });
    expect(new Webhook(secret).verify(request.body, request.headers)).toMatchObject({
      type: "person.joined",
      data: zoe,
    });
    expect(() => standard.verify(webhook(request), [secret])).not.toThrow();
    expect(standard.normalize(webhook(request), standard.options.parse({})).events).toMatchObject([
      { kind: "joiner", person: zoe },
    ]);
    expect(request.path).toBe("/webhooks/standard");
    expect(standard.contentTypes).toContain(request.headers["content-type"]);
  });

  it("keeps the id and both times that it is given", () => {
    const now = new Date("2026-10-05T08:40:00Z");
    const request = standardRequest({
      type: "person.left",
      data: zoe,
      secret,
      id: "msg_7",
      timestamp: "2026-10-05T08:00:00Z",
      now,
    });
    expect(() => standard.verify(webhook(request, now), [secret])).not.toThrow();
    expect(standard.normalize(webhook(request, now), standard.options.parse({})).events).toMatchObject([
      { id: "standard:msg_7", occurredAt: "2026-10-05T08:00:00.000Z" },
    ]);
  });

  it("is told apart from what another secret signed, by both", () => {
    const request = standardRequest({
      type: "person.left",
      data: zoe,
      secret: "whsec_b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXI=",
    });
    expect(() => new Webhook(secret).verify(request.body, request.headers)).toThrow();
    expect(() => standard.verify(webhook(request), [secret])).toThrow();
  });
});

describe("what the reference library signs", () => {
  it("is accepted by the source", () => {
    const body = JSON.stringify({ type: "person.left", timestamp: new Date().toISOString(), data: zoe });
    const now = new Date();
    const headers = {
      "webhook-id": "msg_8",
      "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
      "webhook-signature": new Webhook(secret).sign("msg_8", now, body),
    };
    expect(() => standard.verify(webhook({ headers, body }), [secret])).not.toThrow();
  });
});

describe("oktaRequest", () => {
  const options = okta.options.parse({ everyone: true, apps: ["0oa1"], groups: ["00g1"] });

  it.each([
    [{ eventType: "user.lifecycle.activate" }, { kind: "joiner" }],
    [
      { eventType: "application.user_membership.remove", targetApp: "0oa1" },
      { kind: "leaver", membership: { of: "app:0oa1" } },
    ],
    [
      { eventType: "group.user_membership.add", targetGroup: "00g1" },
      { kind: "joiner", membership: { of: "group:00g1" } },
    ],
  ])("of %j is accepted by the source", (event, expected) => {
    const request = oktaRequest({
      ...zoe,
      ...event,
      uuid: "u-1",
      published: "2026-10-05T08:30:00.000Z",
      secret: "s3cret",
    });
    expect(request.path).toBe("/webhooks/okta");
    expect(() => okta.verify(webhook(request), ["s3cret"], options)).not.toThrow();
    expect(okta.normalize(webhook(request), options)).toMatchObject({
      events: [{ id: "okta:u-1", occurredAt: "2026-10-05T08:30:00.000Z", person: zoe, ...expected }],
      ignored: [],
      bad: [],
    });
  });

  it("gives one person one id", () => {
    const idOf = (email: string) => {
      const request = oktaRequest({ eventType: "user.lifecycle.deactivate", email, secret: "s3cret" });
      return okta.normalize(webhook(request), options).events[0]?.person.externalId;
    };
    expect(idOf("Zoe@example.com")).toBe(idOf("zoe@example.com"));
    expect(idOf("zoe@example.com")).not.toBe(idOf("zoey@example.com"));
  });
});
