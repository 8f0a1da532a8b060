import { Agent, createServer, type IncomingMessage, request as open, type ServerResponse } from "node:http";
import { buffer } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { writeCursor } from "../local/fake-arize/requests.ts";
import { closeServer, listenOn } from "../local/listen.ts";
import type { Fault } from "./chaos.ts";
import { draw, pick } from "./draw.ts";
import { type Asked, parseJson, type Service, type Step, stepOf } from "./steps.ts";

/** An answer as it came from the service. */
export interface Answered {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Buffer;
}

export interface ProxyOptions {
  service: Service;
  /** Where the service listens on 127.0.0.1. */
  port: number;
  /** What goes wrong with this request. */
  decide(step: Step): Fault | undefined;
  /** Ends the process that asks, at once. */
  kill(): void;
  /** Is told what the service did, whether or not the asker will hear of it. */
  onEffect(step: Step, asked: Asked, answered: Answered, fault: Fault | undefined): void;
}

export interface FaultProxy {
  port: number;
  close(): Promise<void>;
}

/** Longer than a call to Arize may take (10 s), in the time of the lab. */
const tooLateMs = 11_000;
/** Long, and still in time. */
const slowlyMs = 5_000;

/** Stands between one function and one service, and lets requests go wrong on their way, as networks and services do. */
export async function startProxy(options: ProxyOptions): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((request, response) => {
    pass(options, agent, request, response).catch(() => response.destroy());
  });
  const port = await listenOn(server, 0);
  return {
    port,
    close: async () => {
      agent.destroy();
      await closeServer(server);
    },
  };
}

async function pass(
  options: ProxyOptions,
  agent: Agent,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "/", headers } = request;
  const asked = { method, url: new URL(url, "http://127.0.0.1"), headers, body: await buffer(request) };
  const step = stepOf(options.service, asked);
  const fault = options.decide(step);
  const refusal = refusalOf(fault, step);
  if (fault === "kill before the effect") return options.kill();
  if (fault === "cut before the effect") return void response.destroy();
  if (fault === "take effect too late") await delay(tooLateMs);
  if (fault === "take effect slowly") await delay(slowlyMs);
  if (refusal !== undefined && fault !== "refuse after the effect") return reply(response, refusal);
  const left = fault === "fail one entry" ? withoutOneEntry(asked) : undefined;
  if (left && left.count === 0) return reply(response, left.answer(amazon(200, "none")));
  const answered = await forward(options.port, agent, left?.asked ?? asked);
  // Whoever has given up, or died, meanwhile does not hear of it either.
  options.onEffect(step, left?.asked ?? asked, answered, request.socket.destroyed ? "answer too late" : fault);
  if (fault === "kill after the effect") return options.kill();
  if (fault === "cut after the effect") return void response.destroy();
  if (fault === "answer too late") await delay(tooLateMs);
  if (fault === "half a body") return halfOf(response, answered);
  await reply(
    response,
    refusal ?? left?.answer(answered) ?? distort(answered, fault, asked),
    fault === "slow body" ? 1_500 : 0,
  );
}

function forward(port: number, agent: Agent, { method, url, headers, body }: Asked): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...passed } = headers;
  const outgoing = open({
    host: "127.0.0.1",
    port,
    agent,
    method,
    path: `${url.pathname}${url.search}`,
    headers: { ...passed, ...(body.length > 0 && { "content-length": body.length }) },
  });
  outgoing.on("error", reject).on("response", (incoming) => {
    const { statusCode: status = 0, headers: answered } = incoming;
    buffer(incoming).then((bytes) => resolve({ status, headers: answered, body: bytes }), reject);
  });
  outgoing.end(body);
  return promise;
}

async function reply(response: ServerResponse, { status, headers, body }: Answered, pauseMs = 0): Promise<void> {
  const { "content-length": _, "transfer-encoding": __, connection: ___, ...passed } = headers;
  response.writeHead(status, { ...passed, ...(status !== 204 && { "content-length": body.length }) });
  if (pauseMs > 0) {
    response.write(body.subarray(0, body.length / 2));
    await delay(pauseMs);
    response.end(body.subarray(body.length / 2));
  } else response.end(body);
}

function halfOf(response: ServerResponse, { status, headers, body }: Answered): void {
  const { "transfer-encoding": _, connection: __, ...passed } = headers;
  response.writeHead(status, { ...passed, ...(status !== 204 && { "content-length": body.length }) });
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

/** The answer of a service that does not do what it is asked, in its own manner. */
function refusalOf(fault: Fault | undefined, { service, name, subject }: Step): Answered | undefined {
  if (fault === "throttle") {
    const type = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException";
    return amazon(400, type);
  }
  if (fault === "limit the rate") {
    return {
      status: 429,
      headers: { "content-type": "application/problem+json", "retry-after": "1" },
      body: Buffer.from('{"status":429,"title":"Rate limit exceeded"}'),
    };
  }
  if (fault !== "refuse" && fault !== "refuse after the effect") return undefined;
  if (service !== "arize" && service !== "sources") return amazon(500, "InternalServerError");
  const status = pick([500, 502, 503], draw("status", name, subject));
  return {
    status,
    headers: { "content-type": "text/html" },
    body: Buffer.from(`<html><body><h1>${status}</h1></body></html>`),
  };
}

function amazon(status: number, type: string): Answered {
  const body = Buffer.from(JSON.stringify({ __type: type, message: "The service is unwell." }));
  return { status, headers: { "content-type": "application/x-amz-json-1.0" }, body };
}

const pageSchema = z.looseObject({
  users: z.array(z.unknown()),
  pagination: z.looseObject({}),
});

function distort(answered: Answered, fault: Fault | undefined, { url }: Asked): Answered {
  const page = pageSchema.safeParse(parseJson(answered.body));
  if (!page.success) return answered;
  const { users } = page.data;
  const lie = (pages: object, shown = users) => ({
    ...answered,
    body: Buffer.from(JSON.stringify({ users: shown, pagination: pages })),
  });
  if (fault === "page without a cursor") return lie({ has_more: true });
  if (fault === "short page") return lie({ has_more: false }, users.slice(0, users.length / 2));
  // To the page that was just read; to the first one no cursor leads otherwise.
  const again = url.searchParams.get("cursor") ?? writeCursor(0);
  if (fault === "page that repeats") return lie({ has_more: true, next_cursor: again });
  return answered;
}

const batchSchema = z.looseObject({ Entries: z.array(z.looseObject({ Id: z.string() })) });
const list = z._default(z.array(z.unknown()), []);
const resultSchema = z.object({ Successful: list, Failed: list });

/** A batch of which SQS does not take the last entry; what is left may be empty, and is not asked for then. */
function withoutOneEntry(asked: Asked) {
  const batch = batchSchema.safeParse(parseJson(asked.body)).data;
  const last = batch?.Entries.at(-1);
  if (batch === undefined || last === undefined) return undefined;
  const body = Buffer.from(JSON.stringify({ ...batch, Entries: batch.Entries.slice(0, -1) }));
  return {
    count: batch.Entries.length - 1,
    asked: { ...asked, body },
    answer: (answered: Answered): Answered => {
      const result = resultSchema.parse(parseJson(answered.body));
      const failed = { Id: last.Id, Code: "InternalError", SenderFault: false, Message: "The service is unwell." };
      const { Successful, Failed } = result;
      return { ...answered, body: Buffer.from(JSON.stringify({ Successful, Failed: [...Failed, failed] })) };
    },
  };
}
