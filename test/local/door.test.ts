import { request as httpRequest } from "node:http";
import { buffer } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Door, startDoor } from "../../local/door.ts";
import { urlOf } from "../../local/environment.ts";
import { handler } from "../fixtures/handlers/ingest.ts";
import { collectLines } from "./lines.ts";

const { lines, onLine } = collectLines();
let door: Door;
beforeAll(async () => {
  const context = { functionName: "ingest", getRemainingTimeInMillis: () => 1_000 };
  // The event travels as JSON, as it does to a function.
  const invoke = (event: unknown) => Reflect.apply(handler, undefined, [JSON.parse(JSON.stringify(event)), context]);
  door = await startDoor({ port: 0, invoke, onLine });
});
afterAll(() => door.close(0));

const post = (path: string, body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(urlOf(door.port) + path, { method: "POST", body, headers });
const eventOf = async (response: Response) => JSON.parse(await response.text()).event;

test("makes a payload format 2.0 event of a request", async () => {
  const response = await post("/webhooks/standard?a=1&b=x%20y&a=2", '{"grüße":1}', {
    "Content-Type": "application/json; charset=utf-8",
    "X-Mixed": "Value",
    Cookie: "one=1; two=2",
    "User-Agent": "sender/1",
  });
  const event = await eventOf(response);
  expect(event).toMatchObject({
    version: "2.0",
    routeKey: "$default",
    rawPath: "/webhooks/standard",
    rawQueryString: "a=1&b=x%20y&a=2",
    queryStringParameters: { a: "1,2", b: "x y" },
    cookies: ["one=1", "two=2"],
    headers: {
      "content-type": "application/json; charset=utf-8",
      "content-length": "13",
      "x-mixed": "Value",
      "x-forwarded-for": "127.0.0.1",
    },
    requestContext: {
      http: {
        method: "POST",
        path: "/webhooks/standard",
        sourceIp: "127.0.0.1",
        protocol: "HTTP/1.1",
        userAgent: "sender/1",
      },
      requestId: expect.any(String),
      time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/),
      timeEpoch: expect.any(Number),
    },
    body: '{"grüße":1}',
    isBase64Encoded: false,
  });
  expect(event.headers).not.toHaveProperty("cookie");
});

test("joins repeated headers, and leaves out what a request has not", async () => {
  const client = httpRequest(`${urlOf(door.port)}/plain`, { headers: { "x-many": ["a", "b"] } }).end();
  const response = await new Promise<NodeJS.ReadableStream>((resolve) => client.on("response", resolve));
  const { event } = JSON.parse(String(await buffer(response)));
  expect(event).toMatchObject({ rawPath: "/plain", rawQueryString: "", headers: { "x-many": "a,b" } });
  expect(Object.keys(event)).not.toEqual(expect.arrayContaining(["body"]));
  expect(event).not.toHaveProperty("queryStringParameters");
  expect(event).not.toHaveProperty("cookies");
});

test.each([
  ["bytes that are no UTF-8", "application/json", new Uint8Array([0x22, 0xff, 0x22]), true],
  ["a type that is not text", "application/octet-stream", new Uint8Array([0x61]), true],
  ["a form", "application/x-www-form-urlencoded", new Uint8Array([0x61]), true],
  ["text with a byte order mark", "text/plain", new Uint8Array([0xef, 0xbb, 0xbf, 0x61]), false],
  ["SCIM", "application/scim+json", new Uint8Array([0x7b, 0x7d]), false],
])("keeps the bytes of %s", async (_, type, bytes, isBase64Encoded) => {
  const event = await eventOf(await post("/", bytes, { "content-type": type }));
  expect(event.isBase64Encoded).toBe(isBase64Encoded);
  expect(Buffer.from(event.body, isBase64Encoded ? "base64" : "utf8")).toEqual(Buffer.from(bytes));
});

test("sends replies, short and long", async () => {
  const text = await post("/text", "");
  expect([text.status, text.headers.get("content-type"), await text.text()]).toEqual([
    200,
    "application/json",
    "just text",
  ]);
  const binary = await post("/binary", "");
  expect([binary.status, binary.headers.getSetCookie()]).toEqual([201, ["a=1", "b=2"]]);
  expect(Buffer.from(await binary.arrayBuffer())).toEqual(Buffer.from([0x00, 0xff]));
  const empty = await post("/empty", "");
  expect([empty.status, empty.headers.get("content-length"), await empty.text()]).toEqual([200, "0", ""]);
});

test.each(["/throw", "/malformed", "/split"])("answers a 500 of its own when the function fails: %s", async (path) => {
  const before = lines.length;
  const response = await post(path, "personal data");
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ message: "Internal Server Error" });
  expect(lines.slice(before)).toHaveLength(1);
  expect(lines.at(-1)?.text).not.toContain("personal data");
});

test("takes ten megabytes and not a byte more", async () => {
  const limit = 10 * 1024 * 1024;
  expect((await post("/text", new Uint8Array(limit))).status).toBe(200);
  const refused = await post("/text", new Uint8Array(limit + 1));
  expect(refused.status).toBe(413);
  expect(await refused.json()).toEqual({ message: "Request Entity Too Large" });
});
