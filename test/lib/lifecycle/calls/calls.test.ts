import { expect, test } from "vitest";
import { RetryLater } from "../../../../lib/errors.ts";
import { ApiException, type FailureKind } from "../../../../lib/http/errors.ts";
import { judge } from "../../../../lib/lifecycle/calls/calls.ts";

test.each<[FailureKind, "up" | "down"]>([
  ["server", "down"],
  ["network", "down"],
  ["timeout", "down"],
  ["authentication", "up"],
  ["permission", "up"],
  ["not_found", "up"],
  ["conflict", "up"],
  ["invalid", "up"],
  ["rate_limited", "up"],
])("a failure of kind %s says that Arize is %s", (kind, verdict) => {
  const failure = new ApiException({ method: "GET", path: "/v2/users", kind, ambiguous: false, title: "x" });
  expect(judge(failure)).toBe(verdict);
});

test.each([
  ["a secret that cannot be read", new RetryLater("secret_unavailable")],
  ["a call that was never made", new RetryLater("out_of_time")],
  ["a bug", new TypeError("x is not a function")],
])("%s says nothing about Arize", (_, error) => {
  expect(judge(error)).toBe("unknown");
});
