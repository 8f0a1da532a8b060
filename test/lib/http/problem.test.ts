import { expect, test } from "vitest";
import { failedAnswer, parseJson, retryAfter } from "../../../lib/http/problem.ts";
import type { ApiRequest } from "../../../lib/http/transport.ts";

const get: ApiRequest = { method: "GET", path: "/v2/users/{id}", target: "/v2/users/VXNlcjo3" };
const post: ApiRequest = { method: "POST", path: "/v2/users", target: "/v2/users" };
const explained = JSON.stringify({ status: 400, title: "Some title" });

test.each([
  [401, "authentication", "authentication"],
  [403, "permission", "server"],
  [404, "not_found", "server"],
  [410, "not_found", "server"],
  [409, "conflict", "server"],
  [400, "invalid", "server"],
  [422, "invalid", "server"],
  [408, "timeout", "timeout"],
  [425, "server", "server"],
  [429, "rate_limited", "rate_limited"],
  [302, "server", "server"],
  [500, "server", "server"],
  [503, "server", "server"],
])("%i means %s when explained in JSON, and %s when a gateway says it", (status, api, gateway) => {
  expect(failedAnswer(get, { status, headers: {}, body: explained }).kind).toBe(api);
  expect(failedAnswer(get, { status, headers: {}, body: "<html>" }).kind).toBe(gateway);
  expect(failedAnswer(get, { status, headers: {}, body: "" }).kind).toBe(gateway);
});

test.each([
  [post, 500, true],
  [post, 503, true],
  [post, 409, false],
  [post, 429, false],
  [post, 302, false],
  [get, 500, false],
])("a 5xx on a write may have had an effect, nothing else: %#", (request, status, ambiguous) => {
  expect(failedAnswer(request, { status, headers: {}, body: explained }).ambiguous).toBe(ambiguous);
});

test("the problem's fields are kept", () => {
  const type = "https://arize.com/docs/ax/rest-reference/errors#resource-conflict";
  const body = JSON.stringify({
    title: "Resource conflict",
    type,
    detail: "no",
    error_code: "USER_EXISTS",
    status: 409,
  });
  const headers = { "x-request-id": "req-7", "retry-after": "3" };
  const exception = failedAnswer(post, { status: 409, headers, body });
  const { title, detail, errorCode, requestId, retryAfterMs } = exception;
  expect({ title, type: exception.type, detail, errorCode, requestId, retryAfterMs }).toEqual({
    title: "Resource conflict",
    type,
    detail: "no",
    errorCode: "USER_EXISTS",
    requestId: "req-7",
    retryAfterMs: 3000,
  });
});

test("nothing that quotes a person passes into the message or what is shown", () => {
  const quote = "ana@example.com exists";
  const body = JSON.stringify({ title: quote, type: quote, error_code: quote, detail: quote });
  const exception = failedAnswer(post, { status: 409, headers: { "x-request-id": quote }, body });
  expect(exception.message).toBe("POST /v2/users: 409 Conflict");
  expect(JSON.stringify(exception)).not.toContain("ana@");
});

test("fields of other types are as good as none", () => {
  const body = JSON.stringify({ title: 7, detail: { a: 1 }, type: null, error_code: "A_1" });
  expect(failedAnswer(post, { status: 400, headers: {}, body })).toMatchObject({
    title: "Bad Request",
    errorCode: "A_1",
  });
});

test("Retry-After in seconds, as a date, and as nonsense", () => {
  const now = Date.parse("2026-03-01T08:00:00Z");
  expect(retryAfter("120", now)).toBe(120_000);
  expect(retryAfter("Sun, 01 Mar 2026 08:00:05 GMT", now)).toBe(5000);
  expect(retryAfter("Sun, 01 Mar 2026 07:00:00 GMT", now)).toBe(0);
  expect(retryAfter("in a while", now)).toBeUndefined();
  expect(retryAfter(undefined, now)).toBeUndefined();
});

test("what is not JSON reads as nothing", () => {
  expect(parseJson("<html>")).toBeUndefined();
  expect(parseJson("")).toBeUndefined();
});
