import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listenOn } from "../listen.ts";
import { bamboohr } from "./bamboohr.ts";
import { control, type FaultInput, faultSchema, type JournalEntry, type World } from "./control.ts";
import { entra } from "./entra.ts";
import { finch } from "./finch.ts";
import { gusto } from "./gusto.ts";
import { hibob } from "./hibob.ts";
import { okta } from "./okta.ts";
import { People, type PersonInput, personSchema } from "./people.ts";
import type { Answer, Call } from "./provider.ts";
import { workos } from "./workos.ts";

export interface FakeSourcesOptions {
  port: number;
  /** Where the people are kept; in memory without. */
  dataFile?: string | undefined;
  /** How many people a page of a listing has at most; 100 unless given. */
  pageSize?: number;
}

/** Stand-ins for the sources' own APIs, all on one port: their paths do not meet. */
export interface FakeSources {
  port: number;
  url: string;
  put(source: string, externalId: string, person: PersonInput): void;
  remove(source: string, externalId: string): void;
  calls(): JournalEntry[];
  /** From now on this one goes wrong instead of any other; `undefined` for none. */
  fault(fault: FaultInput | undefined): void;
  close(): Promise<void>;
}

/** Only the newest are kept. */
const longestJournal = 1_000;

/** Starts the stand-ins on 127.0.0.1. @throws PortTaken */
export async function startFakeSources({ port, dataFile, pageSize = 100 }: FakeSourcesOptions): Promise<FakeSources> {
  const people = new People(dataFile);
  const providers = [okta, entra(), bamboohr, hibob, gusto, finch, workos];
  const world: World = { people, providers, calls: [], fault: undefined, pageSize, origin: "" };
  const server = createServer((request, response) => {
    respond(world, request, response).catch(() => response.destroy());
  });
  const bound = await listenOn(server, port);
  world.origin = `http://127.0.0.1:${bound}`;
  return {
    port: bound,
    url: world.origin,
    put: (source, id, person) => people.put(source, id, personSchema.parse(person)),
    remove: (source, id) => people.put(source, id, null),
    calls: () => [...world.calls],
    fault: (fault) => {
      world.fault = fault && faultSchema.parse(fault);
    },
    close: async () => {
      await closeServer(server);
      people.close();
    },
  };
}

async function respond(world: World, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", world.origin);
  const segments = url.pathname.split("/").slice(1).map(decodeURIComponent);
  const method = request.method ?? "GET";
  const isOurs = segments[0] === "_people";
  const type = isOurs ? undefined : request.headers["content-type"];
  // What is said to this server itself is JSON, whatever curl calls it.
  const body = parse(type, await readBody(request));
  const { authorization = "" } = request.headers;
  const call: Call = { method, segments, query: url.searchParams, authorization, body, origin: world.origin };
  const answer = isOurs ? control(world, call) : await answerCall(world, call);
  response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
  response.end(answer.body && JSON.stringify(answer.body));
}

async function answerCall(world: World, call: Call): Promise<Answer> {
  for (const provider of world.providers) {
    const { source } = provider;
    const routed = provider.answer(call, world.people.of(source), world.pageSize);
    if (routed === undefined) continue;
    const answer = takeFault(world, source) ?? (await routed.give());
    world.calls.push({ source, route: `${call.method} ${routed.route}`, status: answer.status });
    world.calls.splice(0, world.calls.length - longestJournal);
    return answer;
  }
  return { status: 404, body: { message: "no source has this path" } };
}

function takeFault(world: World, source: string): Answer | undefined {
  const { fault } = world;
  if (fault === undefined || fault.source !== source) return undefined;
  if (fault.times !== null) fault.times -= 1;
  if (fault.times === 0) world.fault = undefined;
  const headers = fault.retryAfter !== undefined && { "retry-after": String(fault.retryAfter) };
  return { status: fault.status, ...(headers && { headers }), body: { message: "a fault was asked for" } };
}

function parse(type: string | undefined, raw: string): unknown {
  if (type?.startsWith("application/x-www-form-urlencoded")) return Object.fromEntries(new URLSearchParams(raw));
  try {
    return raw === "" ? undefined : JSON.parse(raw);
  } catch {
    return undefined;
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}
