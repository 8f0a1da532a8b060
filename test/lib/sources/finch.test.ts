import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { finch } from "../../../lib/sources/finch.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const sentAt = new Date("2026-10-05T08:39:58Z");
const secret = Buffer.from("an invented secret for tests").toString("base64");
const person = { individual_id: "ada00000-0000-4000-8000-000000000001" };
const hook = (event_type: string, data: unknown = person) =>
  JSON.stringify({ connection_id: "c0ffee", event_type, data });

/** Signed by the library of Standard Webhooks, whose scheme this is. */
function request(body: string, at = sentAt, id = "msg_1") {
  const headers = {
    "finch-event-id": id,
    "finch-timestamp": String(at.getTime() / 1000),
    "finch-signature": new Webhook(secret).sign(id, at, body),
  };
  return webhook({ headers, body }, receivedAt);
}
const normalize = (body: string, input: unknown = {}) => finch.normalize(request(body), finch.options.parse(input));

describe("finch's verify", () => {
  it("takes what Standard Webhooks signs, under other names", () => {
    const body = hook("individual.updated");
    expect(finch.verify(request(body), [secret]).toString()).toBe(body);
    expect(() => finch.verify(request(body), [`${secret.slice(0, -4)}AAAA`])).toThrow(Rejected);
  });

  it.each([-6, 6])("turns away what was signed %i minutes off", (minutes) => {
    const at = new Date(receivedAt.getTime() + minutes * 60_000);
    expect(() => finch.verify(request(hook("individual.updated"), at), [secret])).toThrow(
      new Rejected(401, "timestamp is more than 5 minutes off"),
    );
  });
});

describe("what finch tells", () => {
  it("is who, by id, what and when", () => {
    expect(normalize(hook("individual.deleted"))).toStrictEqual({
      events: [
        {
          id: "finch:msg_1",
          source: "finch",
          kind: "leaver",
          attempt: 0,
          occurredAt: "2026-10-05T08:39:58.000Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: person.individual_id },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each(["directory", "individual", "employment"])(
    "%s: created and updated are hints, deleted is a leaver",
    (what) => {
      const kinds = ["created", "updated", "deleted"].map((verb) => normalize(hook(`${what}.${verb}`)).events[0]?.kind);
      expect(kinds).toEqual(["changed", "changed", "leaver"]);
    },
  );

  it.each(["account.updated", "company.updated", "job.data_sync_all.completed", "pay_statement.created", "__proto__"])(
    "%s means nothing",
    (type) => {
      expect(normalize(hook(type))).toEqual({ events: [], ignored: [type], bad: [] });
    },
  );

  it("can be said in the configuration", () => {
    expect(normalize(hook("employment.deleted"), { kinds: { "employment.deleted": "changed" } }).events).toMatchObject([
      { kind: "changed" },
    ]);
  });

  it.each([
    [undefined, "body.data: expected object"],
    [{}, "body.data.individual_id: expected string"],
    [{ individual_id: "" }, "person.externalId: at least 1"],
  ])("about %j is bad, and acknowledged", (data, problem) => {
    expect(normalize(JSON.stringify({ event_type: "individual.deleted", data }))).toEqual({
      events: [],
      ignored: [],
      bad: [{ id: "msg_1", problem }],
    });
  });

  it.each(["{}", "[]", "null"])("is rejected when it is %s", (body) => {
    expect(() => normalize(body)).toThrow(Rejected);
  });
});
