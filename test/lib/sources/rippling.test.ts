import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { rippling } from "../../../lib/sources/rippling.ts";
import { webhook } from "../../support/sign.ts";

const receivedAt = new Date("2026-10-05T08:40:00Z");
const normalize = (body: string, { at = receivedAt, options = {} } = {}) =>
  rippling.normalize(webhook({ headers: {}, body }, at), rippling.options.parse(options));

describe("an event of rippling's", () => {
  it("names the employee by their id, and happened when it came", () => {
    expect(
      normalize("event_name=employee.terminated&id=5f00&company_id=c1&company_primary_email=a%40b.example"),
    ).toEqual({
      events: [
        {
          id: expect.stringMatching(/^rippling:[0-9a-f]{64}$/),
          source: "rippling",
          kind: "leaver",
          attempt: 0,
          occurredAt: "2026-10-05T08:40:00.000Z",
          receivedAt: "2026-10-05T08:40:00.000Z",
          person: { externalId: "5f00" },
        },
      ],
      ignored: [],
      bad: [],
    });
  });

  it.each([
    ["employee.hired", "changed"],
    ["employee.created", "changed"],
    ["employee.updated", "changed"],
    ["employee.deleted", "leaver"],
    ["employee.terminated", "leaver"],
    ["group.updated", "ignored"],
    ["company.deleted", "ignored"],
    ["constructor", "ignored"],
  ])("%s is %s", (type, kind) => {
    expect(normalize(`event_name=${type}&id=5f00`).events[0]?.kind ?? "ignored").toBe(kind);
  });

  it("means what the configuration says", () => {
    const kinds = { "employee.deleted": "ignore" };
    expect(normalize("event_name=employee.deleted&id=5f00", { options: { kinds } }).ignored).toEqual([
      "employee.deleted",
    ]);
  });

  it("is another one when it comes again", () => {
    const body = "event_name=employee.updated&id=5f00";
    const [first] = normalize(body).events;
    const [later] = normalize(body, { at: new Date(receivedAt.getTime() + 1) }).events;
    expect(later?.id).not.toBe(first?.id);
  });

  it.each([
    ["", "id: missing"],
    ["&id=", "id: missing"],
    [`&id=${"x".repeat(256)}`, "person.externalId: at most 255"],
  ])("cannot be read with the id of %j", (rest, problem) => {
    expect(normalize(`event_name=employee.deleted${rest}`).bad).toEqual([{ id: undefined, problem }]);
  });

  it("is rejected without a type", () => {
    expect(() => normalize('{"event_name":"employee.deleted"}')).toThrow(new Rejected(400, "event_name: missing"));
  });
});
