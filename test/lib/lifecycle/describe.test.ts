import { expect, test } from "vitest";
import type { Action } from "../../../lib/lifecycle/decide.ts";
import { describeAction } from "../../../lib/lifecycle/describe.ts";

const input = { email: "ann@example.com", name: "Ann Lee", inviteMode: "email_link" } as const;

test.each<[Action, string]>([
  [
    { type: "create", renews: false, input: { ...input, role: { type: "predefined", name: "admin" } } },
    "role admin, invite mode email_link",
  ],
  [
    { type: "create", renews: true, input: { ...input, role: { type: "custom", id: "r1" }, isDeveloper: false } },
    "role r1, no developer, invite mode email_link",
  ],
  [{ type: "update", userId: "u1", changes: { name: "Ann Li", isDeveloper: true } }, "name, developer"],
  [{ type: "delete", userId: "u1" }, ""],
  [{ type: "none", reason: "already_active" }, ""],
])("%j comes to: %s", (action, words) => {
  expect(describeAction(action)).toBe(words);
});
