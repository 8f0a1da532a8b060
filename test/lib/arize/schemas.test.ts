import { inspect } from "node:util";
import { expect, test } from "vitest";
import { User, UserCreatedResponse, UsersList200Response } from "../../../lib/arize/schemas.ts";

const wire = {
  id: "VXNlcjo3",
  name: "Ana Nowak",
  email: "ana@example.com",
  created_at: "2026-03-01T08:00:00.123456Z",
  status: "INVITED",
  role: { type: "PREDEFINED", name: "MEMBER" },
  is_developer: false,
};

test("both spellings read the same", () => {
  const lower = { ...wire, status: "invited", role: { type: "predefined", name: "member" } };
  expect(User.parse(wire)).toEqual(User.parse(lower));
  expect(User.parse(wire)).toEqual({
    id: "VXNlcjo3",
    name: "Ana Nowak",
    email: "ana@example.com",
    createdAt: new Date("2026-03-01T08:00:00.123Z"),
    status: "invited",
    role: { type: "predefined", name: "member" },
    isDeveloper: false,
  });
});

test("an unknown status is kept with its word", () => {
  expect(User.parse({ ...wire, status: "SUSPENDED" })).toMatchObject({ status: "unknown", unknownStatus: "SUSPENDED" });
});

test.each([
  [
    { type: "PREDEFINED", name: "AUDITOR" },
    { type: "predefined", name: "unknown", unknownName: "AUDITOR" },
  ],
  [{ type: "FEDERATED" }, { type: "predefined", name: "unknown", unknownName: "FEDERATED" }],
  [
    { type: "CUSTOM", id: "Um9sZTox", name: "Reviewer" },
    { type: "custom", id: "Um9sZTox", name: "Reviewer" },
  ],
  [
    { type: "custom", id: "Um9sZTox" },
    { type: "custom", id: "Um9sZTox" },
  ],
  [
    { type: "custom", id: null, name: null },
    { type: "predefined", name: "unknown", unknownName: "custom" },
  ],
  [null, { type: "predefined", name: "unknown" }],
])("role %j", (role, expected) => {
  expect(User.parse({ ...wire, role }).role).toEqual(expected);
});

test("what an older install leaves out is left out, and what a newer one adds is dropped", () => {
  const { id, email, status } = wire;
  const user = User.parse({ id, email, status, teams: ["a"], created_at: "soon", is_developer: null });
  expect(user).toEqual({ id, email, name: "", status: "invited", role: { type: "predefined", name: "unknown" } });
  expect("isDeveloper" in user).toBe(false);
});

test.each(["id", "email", "status"])("a user without %s is not a user", (field) => {
  expect(User.safeParse({ ...wire, [field]: undefined }).success).toBe(false);
});

test("a creation answers with invite mode and a wrapped password", () => {
  const created = UserCreatedResponse.parse({
    ...wire,
    invite_mode: "TEMPORARY_PASSWORD",
    temporary_password: "sesame-1",
  });
  expect(created.inviteMode).toBe("temporary_password");
  expect(created.temporaryPassword?.reveal()).toBe("sesame-1");
  expect(JSON.stringify(created) + inspect(created)).not.toContain("sesame-1");
});

test("a plain user is an invitation that was there already", () => {
  const existing = UserCreatedResponse.parse(wire);
  expect(existing.inviteMode).toBeUndefined();
});

test("a page", () => {
  const page = { users: [wire], pagination: { has_more: true, next_cursor: "c1" } };
  expect(UsersList200Response.parse(page).pagination).toEqual({ hasMore: true, nextCursor: "c1" });
  const last = { users: [], pagination: { has_more: false, next_cursor: null } };
  expect(UsersList200Response.parse(last).pagination).toEqual({ hasMore: false });
  expect(UsersList200Response.safeParse({ users: [] }).success).toBe(false);
});
