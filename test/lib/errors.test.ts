import { expect, test } from "vitest";
import { Refused, Rejected, RetryLater } from "../../lib/errors.ts";

test("a rejection has its status and a reason to show", () => {
  const error = new Rejected(413, "too large");
  expect(error).toMatchObject({ name: "Rejected", status: 413, message: "too large" });
  expect(error).toBeInstanceOf(Error);
});

test("a refusal is told by its word, and keeps its cause", () => {
  const cause = new Error("409");
  expect(new Refused("conflict")).toMatchObject({ name: "Refused", reason: "conflict", message: "conflict" });
  expect(new Refused("conflict", "POST /v2/users: 409", { cause })).toMatchObject({
    reason: "conflict",
    message: "POST /v2/users: 409",
    cause,
  });
});

test("what may work later says when, and whether it may have had its effect", () => {
  expect(new RetryLater("busy")).toMatchObject({
    name: "RetryLater",
    reason: "busy",
    message: "busy",
    afterMs: undefined,
    ambiguous: false,
  });
  expect(new RetryLater("arize_timeout", { afterMs: 5, ambiguous: true, message: "cut" })).toMatchObject({
    message: "cut",
    afterMs: 5,
    ambiguous: true,
  });
});
