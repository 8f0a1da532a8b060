import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from "node:http";
import { ApiException, type FailureKind, InvalidArgument } from "./errors.ts";
import { isWrite, requestIdOf } from "./problem.ts";

// Not imported: in an ESM bundle `import "node:http"` costs a cold start 60 ms, as fetch does.
const http = process.getBuiltinModule("node:http");
const https = process.getBuiltinModule("node:https");

const maxBodyBytes = 10 * 1024 * 1024;
const loopbackHosts = ["127.0.0.1", "localhost", "[::1]"];

export interface TransportOptions {
  /** Such as `https://api.arize.com`, with a path prefix where a gateway wants one. Plain http to loopback only. */
  baseUrl: string;
  /**
   * Asked before every request, so that a rotated key is used at once. What it throws is passed on as it is. Left out
   * where requests carry none.
   */
  token?: (() => Promise<string>) | undefined;
  /** What comes before the token in the header `authorization`; `Bearer` unless given. */
  scheme?: "Bearer" | "Basic" | "SSWS" | undefined;
  /** Sent with every request. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** Further certificate authorities in PEM, added to Node's own. */
  ca?: string | undefined;
  /** For each request, from connecting to the last byte, in milliseconds; 10 s by default. */
  timeoutMs?: number | undefined;
}

export interface CallOptions {
  /** Gives the request up; it then fails with kind `timeout`. */
  signal?: AbortSignal | undefined;
  /** Instead of the client's, in milliseconds. */
  timeoutMs?: number | undefined;
  /** Is told of the answer as soon as it is there, whatever its status. */
  onAnswer?: ((answered: Answered) => void) | undefined;
}

/** A request that was answered, told by what Arize's own logs can be asked for; nothing personal. */
export interface Answered {
  /** ISO 8601. */
  at: string;
  method: string;
  /** The path template. */
  path: string;
  status: number;
  requestId?: string | undefined;
}

export interface ApiRequest extends CallOptions {
  method: "GET" | "POST" | "PATCH" | "PUT" | "DELETE";
  /** The path template, for messages. */
  path: string;
  /** The path with its ids and query, encoded. */
  target: string;
  /** Sent as a form when it is `URLSearchParams`, else as JSON. */
  body?: unknown;
}

export interface ApiResponse {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Sends requests over kept-alive connections, each once: retrying is the business of whoever knows what is at stake. */
export class Transport {
  readonly #base: URL;
  readonly #agent: InstanceType<typeof http.Agent>;
  readonly #authorization: () => Promise<{ authorization: string } | undefined>;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #timeoutMs: number;

  /** @throws InvalidArgument when the base URL is not usable or would send the key in clear over a network */
  constructor({ baseUrl, token, scheme = "Bearer", headers = {}, ca, timeoutMs = 10_000 }: TransportOptions) {
    this.#base = checkedBase(baseUrl);
    const secure = this.#base.protocol === "https:";
    const authorities = ca === undefined ? {} : { ca: [...process.getBuiltinModule("node:tls").rootCertificates, ca] };
    this.#agent = secure
      ? new https.Agent({ keepAlive: true, maxSockets: 64, ...authorities })
      : new http.Agent({ keepAlive: true, maxSockets: 64 });
    this.#authorization = async () => token && { authorization: `${scheme} ${usable(await token())}` };
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * Sends one request and reads the whole answer, whatever its status; redirects are not followed.
   * @throws ApiException of kind `network`, `timeout`, or `server` for a body beyond 10 MB
   */
  async send(request: ApiRequest): Promise<ApiResponse> {
    const authorization = await this.#authorization();
    const { body, ...content } = contentOf(request.body);
    const { request: open } = this.#base.protocol === "https:" ? https : http;
    const outgoing = () =>
      open(new URL(this.#base.pathname.replace(/\/+$/, "") + request.target, this.#base), {
        method: request.method,
        agent: this.#agent,
        headers: {
          accept: "application/json, application/problem+json",
          "user-agent": "arize-user-lifecycle",
          ...this.#headers,
          ...authorization,
          ...content,
        },
      });
    const response = await exchange(request, outgoing, body, request.timeoutMs ?? this.#timeoutMs);
    const { method, path } = request;
    const at = new Date().toISOString();
    request.onAnswer?.({ at, method, path, status: response.status, requestId: requestIdOf(response) });
    return response;
  }

  /**
   * Opens a connection ahead of time, for the next request to take: asks for nothing, without the key, and does not mind
   * what is answered.
   * @throws Error when there is no connection
   */
  async connect(): Promise<void> {
    const { request: open } = this.#base.protocol === "https:" ? https : http;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const asking = open(this.#base, { method: "OPTIONS", agent: this.#agent, timeout: this.#timeoutMs });
    asking.on("error", reject);
    asking.on("timeout", () => asking.destroy(new Error("no answer")));
    // Only what was read to its end leaves its connection to others, as the request closes; after a HEAD none is left.
    asking.on("response", (response) => response.on("error", reject).resume());
    asking.on("close", resolve);
    asking.end();
    return promise;
  }

  /** Closes the idle connections. */
  close(): void {
    this.#agent.destroy();
  }
}

function usable(token: string): string {
  const trimmed = token.trim();
  if (!/^[\x21-\x7e]+$/.test(trimmed)) throw new InvalidArgument("token", "token: not usable in a header");
  return trimmed;
}

function contentOf(content: unknown) {
  if (content === undefined) return {};
  const isForm = content instanceof URLSearchParams;
  const body = isForm ? content.toString() : JSON.stringify(content);
  const type = isForm ? "application/x-www-form-urlencoded" : "application/json";
  return { body, "content-type": type, "content-length": Buffer.byteLength(body) };
}

function checkedBase(baseUrl: string): URL {
  const url = URL.parse(baseUrl);
  if (url === null || !["http:", "https:"].includes(url.protocol)) {
    throw new InvalidArgument("baseUrl", "baseUrl: not an http or https URL");
  }
  if (url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") {
    throw new InvalidArgument("baseUrl", "baseUrl: credentials, query and fragment do not belong there");
  }
  if (url.protocol === "http:" && !loopbackHosts.includes(url.hostname)) {
    throw new InvalidArgument("baseUrl", "baseUrl: the API key must not travel in clear, use https");
  }
  return url;
}

function exchange(
  request: ApiRequest,
  outgoing: () => ClientRequest,
  body: string | undefined,
  timeoutMs: number,
): Promise<ApiResponse> {
  const { promise, resolve, reject } = Promise.withResolvers<ApiResponse>();
  const sending = outgoing();
  const wasSent = watchConnection(sending);
  const fail = (kind: FailureKind, title: string, cause?: unknown) => {
    const ambiguous = isWrite(request.method) && wasSent();
    reject(new ApiException({ method: request.method, path: request.path, kind, title, ambiguous }, { cause }));
    sending.destroy();
  };
  const timer = setTimeout(() => fail("timeout", `No answer within ${timeoutMs} ms`), timeoutMs);
  const abort = () => fail("timeout", "Given up by the caller");
  request.signal?.addEventListener("abort", abort, { once: true });
  sending.on("error", (cause) => fail("network", networkTitle(cause), cause));
  sending.on("response", (response) => {
    response.on("error", (cause) => fail("network", networkTitle(cause), cause));
    collect(response, resolve, () => fail("server", "Answer beyond 10 MB"));
  });
  if (request.signal?.aborted) abort();
  else sending.end(body);
  return promise.finally(() => {
    clearTimeout(timer);
    request.signal?.removeEventListener("abort", abort);
  });
}

/** Tells whether the connection ever stood: before that, no byte of the request can have reached the service. */
function watchConnection(sending: ClientRequest): () => boolean {
  let stood = false;
  sending.on("socket", (socket) => {
    if (sending.reusedSocket) stood = true;
    else socket.once("encrypted" in socket ? "secureConnect" : "connect", () => (stood = true));
  });
  return () => stood;
}

function collect(response: IncomingMessage, done: (response: ApiResponse) => void, tooLarge: () => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  response.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) tooLarge();
    else chunks.push(chunk);
  });
  response.on("end", () => {
    done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks).toString("utf8") });
  });
}

/** `ECONNRESET` and the like: a socket's message may name hosts, its code says all that matters. */
function networkTitle(cause: Error): string {
  return "code" in cause && typeof cause.code === "string" ? `Network failure ${cause.code}` : "Network failure";
}
