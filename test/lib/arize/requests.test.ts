import { expect, test } from "vitest";
import {
  CreateUser,
  checked,
  createBody,
  EmailAddress,
  listSearch,
  UserChanges,
  UserId,
  UsersListQuery,
} from "../../../lib/arize/requests.ts";
import { InvalidArgument } from "../../../lib/http/errors.ts";

const member = { type: "predefined", name: "member" } as const;
const ana = { name: "Ana", email: "ana@example.com", role: member, inviteMode: "email_link" } as const;

test.each([
  ["limit", UsersListQuery, { limit: 0 }],
  ["limit", UsersListQuery, { limit: 101 }],
  ["limit", UsersListQuery, { limit: 1.5 }],
  ["email", UsersListQuery, { email: "a".repeat(256) }],
  ["email", UsersListQuery, { email: "  " }],
  ["status", UsersListQuery, { status: ["inactive"] }],
  ["cursor", UsersListQuery, { cursor: "" }],
  ["name", CreateUser, { ...ana, name: "   " }],
  ["name", CreateUser, { ...ana, name: "n".repeat(256) }],
  ["email", CreateUser, { ...ana, email: "ana.example.com" }],
  ["email", CreateUser, { ...ana, email: "ana@example" }],
  ["email", CreateUser, { ...ana, email: `${"a".repeat(250)}@example.com` }],
  ["role", CreateUser, { ...ana, role: { type: "predefined", name: "unknown", unknownName: "AUDITOR" } }],
  ["role", CreateUser, { ...ana, role: { type: "custom", id: "" } }],
  ["inviteMode", CreateUser, { ...ana, inviteMode: "pigeon" }],
  ["name", UserChanges, {}],
  ["name", UserChanges, { name: " ", isDeveloper: true }],
  ["id", UserId, ""],
  ["email", EmailAddress, "two@at@example.com"],
] as const)("%s is refused: %#", (field, schema, value) => {
  const argument = schema === UserId ? "id" : schema === EmailAddress ? "email" : "argument";
  const attempt = () => checked<unknown>(schema, value, argument);
  expect(attempt).toThrow(InvalidArgument);
  expect(attempt).toThrow(expect.objectContaining({ field }));
  expect(attempt).not.toThrow(/ana|AUDITOR|pigeon/);
});

test.each([
  [UsersListQuery, { limit: 1 }],
  [UsersListQuery, { limit: 100, email: "e".repeat(255) }],
  [CreateUser, { ...ana, name: "n".repeat(255) }],
  [CreateUser, { ...ana, email: "o'hara+x@bücher.example" }],
  [UserChanges, { isDeveloper: false }],
] as const)("at the edge and accepted: %#", (schema, value) => {
  expect(checked<unknown>(schema, value, "argument")).toEqual(value);
});

test("names and addresses are trimmed and composed, and keep their case", () => {
  const { name, email } = checked(CreateUser, { ...ana, name: " Zoe\u0308 ", email: " Ana@Example.com " }, "user");
  expect([name, email]).toEqual(["Zo\u00eb", "Ana@Example.com"]);
});

test("bodies are spelled either way, and say nothing of what was left out", () => {
  expect(JSON.parse(JSON.stringify(createBody({ ...ana }, "upper")))).toEqual({
    name: "Ana",
    email: "ana@example.com",
    role: { type: "PREDEFINED", name: "MEMBER" },
    invite_mode: "EMAIL_LINK",
  });
  const role = { type: "custom", id: "Um9sZTox", name: "Reviewer" } as const;
  expect(createBody({ ...ana, role, isDeveloper: false }, "lower")).toEqual({
    name: "Ana",
    email: "ana@example.com",
    role: { type: "custom", id: "Um9sZTox" },
    invite_mode: "email_link",
    is_developer: false,
  });
});

test("queries repeat the status and encode what needs it", () => {
  const query = { email: "a+b@example.com", status: ["active", "invited"], limit: 7, cursor: "a=/b" } as const;
  expect(listSearch({ ...query, status: [...query.status] }, "upper")).toBe(
    "?email=a%2Bb%40example.com&status=ACTIVE&status=INVITED&limit=7&cursor=a%3D%2Fb",
  );
  expect(listSearch({ status: "expired" }, "lower")).toBe("?status=expired");
  expect(listSearch({}, "upper")).toBe("");
});
