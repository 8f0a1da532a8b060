import type { ServerResponse } from "node:http";
import * as z from "zod/mini";
import { describeIssues } from "../lib/issues.ts";

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const replySchema = z.looseObject({
  statusCode: z.int().check(z.gte(200), z.lte(599)),
  headers: z.nullish(z.record(z.string(), scalar)),
  cookies: z.nullish(z.array(z.string())),
  body: z.nullish(z.string()),
  isBase64Encoded: z.nullish(z.boolean()),
});

export interface HttpReply {
  status: number;
  headers: Record<string, string | string[]>;
  body: Buffer;
}

/**
 * What API Gateway makes of a function's result: an object with a status code is the reply; anything else is the body
 * of a 200, as JSON unless it is a string.
 * @throws TypeError for an object with a status code that is no reply
 */
export function httpReply(result: unknown): HttpReply {
  if (typeof result !== "object" || result === null || !("statusCode" in result)) return shorthand(result);
  const parsed = replySchema.safeParse(result);
  if (!parsed.success) throw new TypeError(`its reply is malformed: ${describeIssues(parsed.error)}`);
  const { statusCode, headers, cookies, body, isBase64Encoded } = parsed.data;
  const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const bytes = Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8");
  return {
    status: statusCode,
    headers: {
      ...(bytes.length === 0 ? {} : { "content-type": "text/plain; charset=utf-8" }),
      ...Object.fromEntries(named),
      ...(cookies ? { "set-cookie": cookies } : {}),
    },
    body: bytes,
  };
}

/** A reply of the gateway's own. */
export function gatewayReply(status: number, message: string): HttpReply {
  return { status, headers: { "content-type": "application/json" }, body: Buffer.from(JSON.stringify({ message })) };
}

function shorthand(result: unknown): HttpReply {
  const body = typeof result === "string" ? result : (JSON.stringify(result) ?? "");
  return { status: 200, headers: { "content-type": "application/json" }, body: Buffer.from(body) };
}

/** @throws TypeError when a header cannot be sent */
export function sendReply(response: ServerResponse, reply: HttpReply): void {
  response.writeHead(reply.status, { ...reply.headers, "content-length": reply.body.length });
  response.end(reply.body);
}
