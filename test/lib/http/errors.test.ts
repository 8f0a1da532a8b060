import { inspect } from "node:util";
import { expect, test } from "vitest";
import { ApiException, type Failure } from "../../../lib/http/errors.ts";

const failure: Failure = {
  method: "POST",
  path: "/v2/users",
  kind: "conflict",
  ambiguous: false,
  status: 409,
  title: "Resource conflict",
  detail: "ana@example.com is already a member",
  requestId: "req-1",
};

test("the message says method, path template, status and title", () => {
  expect(new ApiException(failure).message).toBe("POST /v2/users: 409 Resource conflict");
  const cut = { ...failure, status: undefined, title: "Network failure ECONNRESET" };
  expect(new ApiException(cut).message).toBe("POST /v2/users: Network failure ECONNRESET");
});

test("the detail can be read, and is never shown", () => {
  const exception = new ApiException(failure);
  expect(exception.detail).toBe("ana@example.com is already a member");
  const shown = [
    JSON.stringify(exception),
    JSON.stringify({ ...exception }),
    inspect(exception, { showHidden: true }),
    inspect(new Error("outer", { cause: exception })),
    String(exception),
    exception.stack,
  ];
  for (const text of shown) expect(text).not.toContain("ana@example.com");
  expect(JSON.parse(JSON.stringify(exception))).toMatchObject({ kind: "conflict", status: 409, requestId: "req-1" });
});
