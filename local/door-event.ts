import { isUtf8 } from "node:buffer";
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { APIGatewayProxyEventV2 } from "aws-lambda";
import { account } from "./environment.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** A request as API Gateway's HTTP APIs hand it over: payload format 2.0, everything on the `$default` route. */
export function httpEvent(request: IncomingMessage, body: Buffer, now = new Date()): APIGatewayProxyEventV2 {
  const { path, query } = splitTarget(request.url ?? "/");
  const method = request.method ?? "GET";
  const { cookie, ...headers } = headersOf(request, body);
  const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
  const isBase64Encoded = body.length > 0 && !isText(headers["content-type"], body);
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query,
    ...(cookie === undefined ? {} : { cookies: cookie.split(/; */) }),
    headers: { ...headers, "x-forwarded-for": join(headers["x-forwarded-for"], sourceIp), "x-forwarded-proto": "http" },
    ...(query === "" ? {} : { queryStringParameters: parametersOf(query) }),
    requestContext: {
      accountId: account,
      apiId: "local",
      domainName: headers.host ?? "localhost",
      domainPrefix: "localhost",
      http: {
        method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: requestTime(now),
      timeEpoch: now.getTime(),
    },
    ...(body.length === 0 ? {} : { body: body.toString(isBase64Encoded ? "base64" : "utf8") }),
    isBase64Encoded,
  };
}

function splitTarget(target: string): { path: string; query: string } {
  const mark = target.indexOf("?");
  return mark < 0 ? { path: target, query: "" } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** Names in lower case, repeated headers joined by a comma; a body that came in chunks has its length told. */
function headersOf(request: IncomingMessage, body: Buffer): Record<string, string> {
  const joined = Object.entries(request.headersDistinct).map(([name, values = []]) => [name, values.join(",")]);
  const { connection: _, "transfer-encoding": __, ...headers } = Object.fromEntries(joined);
  return { ...headers, "content-length": String(body.length) };
}

function parametersOf(query: string): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(query)) parameters[name] = join(parameters[name], value);
  return parameters;
}

function join(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before},${value}`;
}

/** What is passed on as text: text and JSON and XML types, as long as the bytes are UTF-8. */
function isText(contentType: string | undefined, body: Buffer): boolean {
  const type = (contentType ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  return /^(text\/.+|application\/(.+\+)?(json|xml)|application\/javascript)$/.test(type) && isUtf8(body);
}

/** As in access logs: `24/Nov/2026:07:48:59 +0000`. */
function requestTime(now: Date): string {
  const [date = "", time = ""] = now.toISOString().split("T");
  const [year, month, day] = date.split("-");
  return `${day}/${months[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`;
}
