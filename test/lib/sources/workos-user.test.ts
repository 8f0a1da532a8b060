import { describe, expect, it } from "vitest";
import { personOf, workosUserSchema } from "../../../lib/sources/workos-user.ts";

const noor = {
  id: "directory_user_01NOOR",
  email: "Noor.Haddad@example.com",
  first_name: "Noor",
  last_name: "Haddad",
  state: "active",
  role: { slug: "admin" },
  custom_attributes: { department: "Research", job_title: "Engineer" },
};
const read = (change: object) => personOf(workosUserSchema.parse({ ...noor, ...change }));

describe("personOf", () => {
  it("has the id, the address, the name, the department and the title, and no role", () => {
    expect(read({})).toEqual({
      externalId: "directory_user_01NOOR",
      email: "noor.haddad@example.com",
      name: "Noor Haddad",
      department: "Research",
      title: "Engineer",
    });
  });

  it.each([
    [{ email: null, emails: [{ value: "b@example.com" }, { value: "a@example.com", primary: true }] }, "a@example.com"],
    [{ email: undefined, emails: [{ value: "b@example.com" }] }, "b@example.com"],
    [{ email: null, emails: [] }, undefined],
    [{ email: null, emails: "b@example.com" }, undefined],
    [{ email: "no address" }, undefined],
  ])("takes the address from %j", (change, email) => {
    expect(read(change).email).toBe(email);
  });

  it.each([
    [{ name: "Noor H." }, "Noor H."],
    [{ name: "" }, "Noor Haddad"],
    [{ first_name: null }, "Haddad"],
    [{ first_name: "", last_name: null }, undefined],
    [{ first_name: "李", last_name: "小龍" }, "李 小龍"],
  ])("takes the name from %j", (change, name) => {
    expect(read(change).name).toBe(name);
  });

  it.each([[null], [{ department: 7 }], [{ department: "" }], [{}]])(
    "has no department with %j",
    (custom_attributes) => {
      expect(read({ custom_attributes })).not.toHaveProperty("department");
    },
  );
});
