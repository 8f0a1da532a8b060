import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { inspect } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { ApiException, InvalidArgument } from "../../../lib/http/errors.ts";
import { type ApiRequest, Transport, type TransportOptions } from "../../../lib/http/transport.ts";
import { serve, testAuthority, testKey } from "../../support/fake-arize.ts";

const get: ApiRequest = { method: "GET", path: "/v2/users", target: "/v2/users" };
const post: ApiRequest = { method: "POST", path: "/v2/users", target: "/v2/users", body: { name: "Ana" } };

function transport(baseUrl: string, options: Partial<TransportOptions> = {}): Transport {
  const made = new Transport({ baseUrl, token: async () => testKey, ...options });
  onTestFinished(() => made.close());
  return made;
}

async function failureOf(work: Promise<unknown>): Promise<ApiException> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiException) return error;
  throw new Error("expected an ApiException", { cause: error });
}

/** A port on which nothing listens. */
async function closedPort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}

test("sends key, agent and JSON under the base URL's prefix", async () => {
  const seen: IncomingMessage[] = [];
  let body = "";
  const url = await serve((request, response) => {
    seen.push(request);
    request.on("data", (chunk) => (body += chunk)).on("end", () => response.end("{}"));
  });
  expect(await transport(`${url}/gateway/arize/`).send(post)).toMatchObject({ status: 200, body: "{}" });
  expect(seen[0]?.url).toBe("/gateway/arize/v2/users");
  expect(seen[0]?.headers).toMatchObject({
    authorization: `Bearer ${testKey}`,
    "user-agent": "arize-user-lifecycle",
    "content-type": "application/json",
  });
  expect(JSON.parse(body)).toEqual({ name: "Ana" });
});

test("carries another scheme's token and further headers, a form, or no token at all", async () => {
  const seen: IncomingMessage[] = [];
  let body = "";
  const url = await serve((request, response) => {
    seen.push(request);
    request.on("data", (chunk) => (body += chunk)).on("end", () => response.end("{}"));
  });
  await transport(url, { scheme: "SSWS", headers: { "x-version": "1" } }).send(get);
  await transport(url, { token: undefined }).send({ ...post, body: new URLSearchParams({ scope: "a b" }) });
  expect(seen[0]?.headers).toMatchObject({ authorization: `SSWS ${testKey}`, "x-version": "1" });
  expect(seen[1]?.headers).toMatchObject({ "content-type": "application/x-www-form-urlencoded" });
  expect(seen[1]?.headers).not.toHaveProperty("authorization");
  expect(body).toBe("scope=a+b");
});

test("opens a connection ahead of time, without the key, for the next request to take", async () => {
  const seen: unknown[] = [];
  const sockets = new Set<unknown>();
  const url = await serve((request, response) => {
    seen.push([request.method, request.headers.authorization]);
    sockets.add(request.socket);
    response.writeHead(404).end();
  });
  const transport = new Transport({ baseUrl: url, token: async () => "key" });
  onTestFinished(() => transport.close());
  await transport.connect();
  await transport.send({ method: "GET", path: "/", target: "/" });
  expect(seen).toEqual([
    ["OPTIONS", undefined],
    ["GET", "Bearer key"],
  ]);
  expect(sockets.size).toBe(1);
  await expect(new Transport({ baseUrl: "http://127.0.0.1:9", token: async () => "" }).connect()).rejects.toThrow();
});

test("keeps connections and asks for the key each time", async () => {
  const ports = new Set<number | undefined>();
  const keys: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    ports.add(request.socket.remotePort);
    keys.push(request.headers.authorization);
    response.end();
  });
  let turn = 0;
  const rotating = transport(url, { token: async () => `key-${turn++}\n` });
  for (const _ of [1, 2, 3]) await rotating.send(get);
  expect(ports.size).toBe(1);
  expect(keys).toEqual(["Bearer key-0", "Bearer key-1", "Bearer key-2"]);
});

test("what the key's supplier throws comes through as it is", async () => {
  const url = await serve((_request, response) => response.end());
  const broken = new Error("secret store away");
  await expect(transport(url, { token: () => Promise.reject(broken) }).send(get)).rejects.toBe(broken);
  await expect(transport(url, { token: async () => "two\nlines" }).send(get)).rejects.toThrow(InvalidArgument);
});

test.each([
  ["http://api.example.com", "in clear"],
  ["http://localhost.example.com", "in clear"],
  ["ftp://127.0.0.1", "not an http"],
  ["nonsense", "not an http"],
  ["https://user:pass@api.example.com", "do not belong"],
  ["https://api.example.com/?a=1", "do not belong"],
])("base URL %s is refused", (baseUrl, problem) => {
  expect(() => new Transport({ baseUrl, token: async () => testKey })).toThrow(problem);
});

test.each(["http://127.0.0.1:1", "http://localhost:1", "http://[::1]:1", "https://api.example.com"])(
  "base URL %s is accepted",
  (baseUrl) => {
    expect(() => transport(baseUrl)).not.toThrow();
  },
);

test("a refused connection cannot have had an effect", async () => {
  const failure = await failureOf(transport(`http://127.0.0.1:${await closedPort()}`).send(post));
  expect(failure).toMatchObject({ kind: "network", ambiguous: false, title: "Network failure ECONNREFUSED" });
});

test("a cut before the answer is ambiguous for a write, and not for a read", async () => {
  const url = await serve((request) => request.socket.destroy());
  expect(await failureOf(transport(url).send(post))).toMatchObject({ kind: "network", ambiguous: true });
  expect(await failureOf(transport(url).send(get))).toMatchObject({ kind: "network", ambiguous: false });
});

test("a cut in the middle of the answer is a network failure", async () => {
  const url = await serve((request, response) => {
    response.writeHead(200, { "content-length": "100" });
    response.write("half", () => request.socket.destroy());
  });
  expect(await failureOf(transport(url).send(post))).toMatchObject({ kind: "network", ambiguous: true });
});

test("a kept connection that the server closed is a network failure", async () => {
  let count = 0;
  const url = await serve((request, response) => {
    if (count++ === 0) response.end("{}");
    else request.socket.destroy();
  });
  const kept = transport(url);
  await kept.send(get);
  expect(await failureOf(kept.send(post))).toMatchObject({ kind: "network", ambiguous: true });
});

test("the deadline covers a server that never answers and a body that never ends", async () => {
  const silent = await serve(() => {});
  expect(await failureOf(transport(silent, { timeoutMs: 50 }).send(post))).toMatchObject({
    kind: "timeout",
    ambiguous: true,
  });
  const slow = await serve((_request, response) => response.write("{"));
  expect(await failureOf(transport(slow).send({ ...get, timeoutMs: 50 }))).toMatchObject({
    kind: "timeout",
    ambiguous: false,
  });
});

test("the caller can give up, also beforehand", async () => {
  const controller = new AbortController();
  const url = await serve(() => controller.abort());
  expect((await failureOf(transport(url).send({ ...get, signal: controller.signal }))).kind).toBe("timeout");
  const late = await failureOf(transport(url).send({ ...post, signal: AbortSignal.abort() }));
  expect(late).toMatchObject({ kind: "timeout", ambiguous: false });
});

test("an endless body is stopped at 10 MB", async () => {
  const chunk = Buffer.alloc(1024 * 1024, 32);
  let stopped: unknown;
  const url = await serve((_request, response) => {
    const pump = () => {
      if (!response.destroyed) response.write(chunk, pump);
    };
    stopped = once(response, "close");
    pump();
  });
  expect(await failureOf(transport(url).send(get))).toMatchObject({ kind: "server", title: "Answer beyond 10 MB" });
  await stopped;
});

test("redirects are not followed", async () => {
  let count = 0;
  const url = await serve((_request, response) => {
    count += 1;
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  expect((await transport(url).send(get)).status).toBe(307);
  expect(count).toBe(1);
});

test("TLS: a further authority is trusted when given, and only then", async () => {
  const url = await serve((_request, response) => response.end("{}"), { tls: true });
  expect((await transport(url, { ca: testAuthority() }).send(get)).status).toBe(200);
  const failure = await failureOf(transport(url).send(post));
  expect(failure).toMatchObject({ kind: "network", ambiguous: false });
});

test("failures never show the key", async () => {
  const url = await serve((request) => request.socket.destroy());
  const failure = await failureOf(transport(url).send(post));
  expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain(testKey);
});

test("every answer is told of, by what the service's own log knows it by", async () => {
  const url = await serve((_request, response) => response.writeHead(404, { "x-request-id": "req-1" }).end("{}"));
  const answers: unknown[] = [];
  await transport(url).send({
    ...get,
    target: "/v2/users?email=ana@example.com",
    onAnswer: (one) => answers.push(one),
  });
  expect(answers).toEqual([
    { at: expect.any(String), method: "GET", path: "/v2/users", status: 404, requestId: "req-1" },
  ]);
});
