import * as z from "zod/mini";
import { ApiException, type FailureKind } from "./errors.ts";
import type { ApiRequest, ApiResponse } from "./transport.ts";

const { STATUS_CODES } = process.getBuiltinModule("node:http");

// RFC 9457. Each field falls back on its own, so that one odd value does not cost the others.
const text = z.catch(z.optional(z.string()), undefined);
const problemSchema = z.object({ title: text, type: text, detail: text, error_code: text });

// Titles do not vary with the occurrence (RFC 9457, 3.1.4), but a proxy may not know: only plain words pass on.
const plainWords = /^[A-Za-z][A-Za-z ,'-]{0,79}$/;
const plainReference = /^[\w:/.#-]{1,200}$/;
const plainToken = /^[\w.:=-]{1,200}$/;

/** Whether a request of this method may change something. */
export function isWrite(method: string): boolean {
  return method !== "GET";
}

/** Reads JSON; `undefined` where there is none. The error of a failed parse quotes the text, so it is not kept. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** Turns an answer outside 2xx into the exception to throw. Any body will do: problem+json, HTML, or none. */
export function failedAnswer(request: ApiRequest, response: ApiResponse): ApiException {
  const { status } = response;
  const problem = problemSchema.safeParse(parseJson(response.body));
  const { title, type, detail, error_code } = problem.success ? problem.data : {};
  return new ApiException({
    method: request.method,
    path: request.path,
    status,
    kind: kindOf(status, problem.success),
    ambiguous: status >= 500 && isWrite(request.method),
    title: plain(title, plainWords) ?? STATUS_CODES[status] ?? "Unknown status",
    detail: detail?.slice(0, 2000),
    type: plain(type, plainReference),
    errorCode: plain(error_code, plainToken),
    retryAfterMs: retryAfter(response.headers["retry-after"]),
    requestId: requestIdOf(response),
  });
}

/** The exception for an answer that arrived well and cannot be right, such as a 200 that is not JSON. */
export function badAnswer(request: ApiRequest, response: ApiResponse, code: string, title: string): ApiException {
  return new ApiException({
    method: request.method,
    path: request.path,
    status: response.status,
    kind: "server",
    ambiguous: isWrite(request.method),
    title,
    errorCode: code,
    requestId: requestIdOf(response),
  });
}

/**
 * A verdict such as 404 proves that somebody is gone, and 403 or 409 ends all retries: they are believed only of the API
 * itself, which always explains them in JSON. The same status with HTML or nothing is a gateway's, thus `server`.
 */
function kindOf(status: number, isExplained: boolean): FailureKind {
  if (status === 401) return "authentication";
  if (status === 408) return "timeout";
  if (status === 429) return "rate_limited";
  if (status < 400 || status >= 500 || status === 425 || !isExplained) return "server";
  if (status === 403) return "permission";
  if (status === 404 || status === 410) return "not_found";
  return status === 409 ? "conflict" : "invalid";
}

/** Seconds or an HTTP date (RFC 9110, 10.2.3), as milliseconds from now; `undefined` when it is neither. */
export function retryAfter(value: string | undefined, now: number = Date.now()): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The id that Arize gave a request, under whichever name its gateway uses; `undefined` when it is not plain. */
export function requestIdOf({ headers }: ApiResponse): string | undefined {
  const id = headers["x-request-id"] ?? headers["request-id"] ?? headers["x-amzn-requestid"];
  return typeof id === "string" ? plain(id, plainToken) : undefined;
}

function plain(value: string | undefined, pattern: RegExp): string | undefined {
  return value !== undefined && pattern.test(value) ? value : undefined;
}
