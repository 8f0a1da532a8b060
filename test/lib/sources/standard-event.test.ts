import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeIssues } from "../../../lib/issues.ts";
import { standardContentSchema, standardEventSchema } from "../../../lib/sources/standard-event.ts";
import { standardEventJsonSchema } from "../../../local/generate-schema.ts";

const file = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8"));
const event = (data: unknown) => ({ type: "person.joined", timestamp: "2026-10-05T08:30:00Z", data });
const noor = { email: "noor@example.com" };

describe("the published JSON Schema", () => {
  it("is the one that the code reads by; `npm run schema` writes it anew", () => {
    expect(file("docs/standard-event.schema.json")).toEqual(standardEventJsonSchema());
  });

  it("lists the types and asks for a person", () => {
    expect(standardEventJsonSchema()).toMatchObject({
      properties: {
        type: {
          enum: [
            "person.joined",
            "person.moved",
            "person.left",
            "person.reinstated",
            "person.suspended",
            "invitation.resend",
            "password.reset",
          ],
        },
        data: { anyOf: [{ required: ["email"] }, { required: ["externalId"] }] },
      },
      required: ["type", "timestamp", "data"],
    });
  });
});

describe("standardEventSchema", () => {
  it.each(["joined", "left"])("reads the sample %s", (name) => {
    expect(standardEventSchema.safeParse(file(`test/fixtures/standard/${name}.json`)).success).toBe(true);
  });

  it.each([
    ["admin", "admin"],
    ["Member", "member"],
    ["ANNOTATOR", "annotator"],
    [
      { type: "custom", id: "role-1" },
      { type: "custom", id: "role-1" },
    ],
    [
      { type: "custom", id: "Role-1", name: "Own" },
      { type: "custom", id: "Role-1" },
    ],
  ])("reads the role %j", (written, role) => {
    expect(standardContentSchema.parse(event({ ...noor, role: written })).data.role).toEqual(role);
  });

  it("normalizes the email and the times", () => {
    const data = { email: " Noor@Example.com ", effectiveAt: "2026-10-31T18:00:00+01:00" };
    expect(standardContentSchema.parse({ timestamp: "2026-10-05T10:30:00.5+02:00", data })).toEqual({
      timestamp: "2026-10-05T08:30:00.500Z",
      data: { email: "noor@example.com", effectiveAt: "2026-10-31T17:00:00.000Z" },
    });
  });

  it("refuses what it does not know, since it may be a date that is misspelt", () => {
    for (const misspelt of [
      event({ ...noor, effectiveDate: "2027-06-30" }),
      { ...event(noor), effectiveAt: "2027-06-30" },
    ]) {
      expect(standardContentSchema.safeParse(misspelt).success).toBe(false);
    }
  });

  it("needs a type of its own only as a whole body", () => {
    const { type: _, ...untyped } = event(noor);
    for (const other of [untyped, { ...untyped, type: "hired" }]) {
      expect(standardContentSchema.safeParse(other).success).toBe(true);
      expect(standardEventSchema.safeParse(other).success).toBe(false);
    }
  });

  it.each([
    [{}, "data: needs an email or an externalId"],
    [{ name: "Noor" }, "data: needs an email or an externalId"],
    [{ email: "noor" }, "data.email: malformed"],
    [{ email: 7 }, "data.email: expected string"],
    [{ ...noor, name: " " }, "data.name: at least 1"],
    [{ ...noor, role: "owner" }, "data.role: expected one of admin|member|annotator or expected object"],
    [{ ...noor, role: { type: "custom" } }, "data.role: expected string or id expected string"],
    [{ ...noor, effective_at: "2027-06-30T00:00:00Z" }, "data: unknown effective_at"],
    [{ ...noor, isDeveloper: "yes" }, "data.isDeveloper: expected boolean"],
    [{ ...noor, groups: ["a", ""] }, "data.groups.1: at least 1"],
    [{ ...noor, effectiveAt: "31.10.2026" }, "data.effectiveAt: malformed date"],
    [{ ...noor, effectiveAt: "2026-02-29" }, "data.effectiveAt: malformed date"],
    [{ ...noor, timeZone: "+02:00" }, "data.timeZone: malformed"],
    [{ ...noor, timeZone: "Mars/Olympus" }, "data.timeZone: not an IANA time zone"],
    [{ externalId: "" }, "data.externalId: at least 1"],
    [null, "data: expected object"],
  ])("says what is wrong with %j, by field", (data, problem) => {
    const result = standardContentSchema.safeParse(event(data));
    expect(result.error && describeIssues(result.error)).toBe(problem);
  });
});
