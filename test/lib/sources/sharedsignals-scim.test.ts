import { describe, expect, it } from "vitest";
import { readScimUser } from "../../../lib/sources/sharedsignals-scim.ts";

const email = "zoe@example.com";
const enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const work = { value: email, type: "work" };
const home = { value: "zoe@home.example", type: "home" };
const patch = (...Operations: unknown[]) => ({
  schemas: ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
  Operations,
});

describe("readScimUser", () => {
  it.each([
    ["nothing", undefined, {}],
    ["null", null, {}],
    ["the primary address", { emails: [work, { ...home, primary: true }] }, { email: "zoe@home.example" }],
    ["the address at work", { emails: [home, work], userName: "someone@example.com" }, { email }],
    ["the first address", { emails: [home] }, { email: "zoe@home.example" }],
    ["the user name, where it is an address", { userName: "Zoe@example.com" }, { email }],
    ["no address", { userName: "zoe", emails: "none" }, {}],
    [
      "the name as it is written",
      { name: { formatted: "李小龍 Zoë", givenName: "Zoë" }, displayName: "Z" },
      { name: "李小龍 Zoë" },
    ],
    ["the parts of the name", { name: { givenName: "Zoë", familyName: "Ångström" } }, { name: "Zoë Ångström" }],
    ["the display name", { name: {}, displayName: "Zoë" }, { name: "Zoë" }],
    ["no name", { displayName: " ", name: 7 }, {}],
    ["the department", { [enterprise]: { department: "Research" } }, { department: "Research" }],
    ["no department", { [enterprise]: { department: "x".repeat(256) } }, {}],
    [
      "what a patch sets",
      patch(
        { op: "Replace", path: "displayName", value: "Zoë" },
        { op: "add", value: { emails: [work] } },
        { op: "remove", path: "userName" },
      ),
      { email, name: "Zoë" },
    ],
    ["nothing of a patch within", patch({ op: "replace", path: 'emails[type eq "work"].value', value: email }, 7), {}],
    ["nothing of a prototype", patch({ op: "add", path: "__proto__", value: { displayName: "Zoë" } }), {}],
  ])("finds %s", (_, data, person) => {
    expect(readScimUser(data)).toEqual({ active: undefined, person });
  });

  it.each([
    [true, true],
    [false, false],
    ["True", true],
    ["False", false],
    ["false", false],
  ])("reads active %j as %s", (value, active) => {
    expect(readScimUser({ active: value })).toMatchObject({ active });
    expect(readScimUser(patch({ op: "replace", path: "active", value }))).toMatchObject({ active });
    expect(readScimUser(patch({ op: "replace", value: { active: value } }))).toMatchObject({ active });
  });

  it.each([{ active: "no" }, { active: 0 }, { active: null }, patch({ op: "replace", path: "active", value: "off" })])(
    "does not guess at %j",
    (data) => {
      expect(readScimUser(data)).toEqual({ problem: expect.stringContaining("active") });
    },
  );

  it.each([7, "text", []])("is nothing in %j", (data) => {
    expect(readScimUser(data)).toEqual({ problem: "data (whole): expected object" });
  });
});
