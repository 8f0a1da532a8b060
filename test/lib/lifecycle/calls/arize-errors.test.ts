import { describe, expect, test } from "vitest";
import { ApiException, type FailureKind, InvalidArgument } from "../../../../lib/http/errors.ts";
import { translate } from "../../../../lib/lifecycle/calls/arize-errors.ts";

function failure(
  kind: FailureKind,
  { ambiguous = false, retryAfterMs }: { ambiguous?: boolean; retryAfterMs?: number } = {},
) {
  const said = { method: "POST", path: "/v2/users/{id}", status: 500, title: "No", detail: "ann@example.com" };
  return new ApiException({ ...said, kind, ambiguous, retryAfterMs });
}

describe("a failed call means", () => {
  test.each<[FailureKind, "read" | "write", string, string]>([
    ["conflict", "write", "Refused", "conflict"],
    ["not_found", "read", "Refused", "not_found"],
    ["not_found", "write", "Refused", "not_found"],
    ["invalid", "write", "Refused", "invalid"],
    ["permission", "write", "Refused", "forbidden_operation"],
    ["permission", "read", "RetryLater", "arize_forbidden"],
    ["authentication", "read", "RetryLater", "arize_unauthorized"],
    ["authentication", "write", "RetryLater", "arize_unauthorized"],
    ["rate_limited", "write", "RetryLater", "arize_rate_limited"],
    ["server", "read", "RetryLater", "arize_server"],
    ["network", "write", "RetryLater", "arize_network"],
    ["timeout", "write", "RetryLater", "arize_timeout"],
  ])("%s on a %s: %s %s", (kind, call, name, reason) => {
    const error = failure(kind);
    expect(translate(error, call)).toMatchObject({ name, reason, cause: error, message: error.message });
  });

  test("what may have had its effect is ambiguous on a write, never on a read", () => {
    expect(translate(failure("timeout", { ambiguous: true }), "write")).toMatchObject({ ambiguous: true });
    expect(translate(failure("timeout", { ambiguous: true }), "read")).toMatchObject({ ambiguous: false });
    expect(translate(failure("timeout"), "write")).toMatchObject({ ambiguous: false });
  });

  test("how long to wait is kept", () => {
    expect(translate(failure("rate_limited", { retryAfterMs: 3_000 }), "read")).toMatchObject({ afterMs: 3_000 });
    expect(translate(failure("server", { retryAfterMs: 3_000 }), "write")).toMatchObject({ afterMs: 3_000 });
    expect(translate(failure("rate_limited"), "read")).toMatchObject({ afterMs: undefined });
  });

  test("an argument that cannot be right never will be", () => {
    const error = new InvalidArgument("name", "user: name: at least 1");
    expect(translate(error, "write")).toMatchObject({ name: "Refused", reason: "invalid_argument", cause: error });
  });

  test("a bug stays a bug", () => {
    const bug = new TypeError("bug");
    expect(translate(bug, "read")).toBe(bug);
  });
});

test("nothing that the service explained is told", () => {
  expect(String(translate(failure("invalid"), "write"))).not.toContain("ann");
});
