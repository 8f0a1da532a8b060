import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { workos } from "../../../lib/sources/workos.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const secret = "an invented signing secret";

function signed(body: string, at: Date, header = (t: number, v1: string) => `t=${t}, v1=${v1}`) {
  const t = at.getTime();
  const v1 = createHmac("sha256", secret).update(`${t}.${body}`).digest("hex");
  return webhook({ headers: { "workos-signature": header(t, v1) }, body }, receivedAt);
}

describe("workos' options", () => {
  it("take in everybody of the directory", () => {
    expect(workos.options.parse({})).toEqual({
      allow: ["joiner", "mover", "leaver", "reinstate"],
      kinds: {},
      unconfirmedLeavers: "act",
      groups: [],
      assumeAbsent: false,
    });
  });

  it.each([{ groups: ["a b"] }, { everyone: true }, { kinds: { "dsync.user.created": "fired" } }])(
    "refuse %j",
    (input) => {
      expect(workos.options.safeParse(input).success).toBe(false);
    },
  );
});

describe("workos' verify", () => {
  it.each([
    ["with a space", (t: number, v1: string) => `t=${t}, v1=${v1}`],
    ["without one", (t: number, v1: string) => `t=${t},v1=${v1}`],
    ["the other way round", (t: number, v1: string) => `v1=${v1}, t=${t}`],
  ])("reads its header %s, and signs the bytes as they came", (_, header) => {
    // Spaces and an escape that a parser would not give back.
    const body = '{ "id": "event_1",  "name": "Zo\\u00eb" }';
    expect(workos.verify(signed(body, receivedAt, header), [secret]).toString()).toBe(body);
  });

  it.each([-180_000, 180_000])("takes a request that is %i ms off, and none later", (offset) => {
    const at = (more: number) => new Date(receivedAt.getTime() + offset + Math.sign(offset) * more);
    expect(() => workos.verify(signed("{}", at(0)), [secret])).not.toThrow();
    expect(() => workos.verify(signed("{}", at(1)), [secret])).toThrow(
      new Rejected(401, "timestamp is more than 3 minutes off"),
    );
  });

  it("takes its time for milliseconds", () => {
    const inSeconds = new Date(receivedAt.getTime() / 1000);
    expect(() => workos.verify(signed("{}", inSeconds), [secret])).toThrow(Rejected);
  });
});

describe("workos' envelope", () => {
  const normalize = (body: string) => workos.normalize(webhook({ headers: {}, body }), workos.options.parse({}));

  it("is rejected without a type", () => {
    expect(() => normalize('{"id":"event_1","data":{}}')).toThrow(new Rejected(400, "event: expected string"));
  });

  it("costs an event that cannot be read, and names it", () => {
    const body = { id: "event_1", event: "dsync.user.deleted", data: { id: "directory_user_1" }, created_at: "today" };
    expect(normalize(JSON.stringify(body))).toEqual({
      events: [],
      ignored: [],
      bad: [{ id: "event_1", problem: "created_at: malformed datetime" }],
    });
  });
});
