import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { type Answer, Problem } from "./answers.ts";
import { type ApiKey, apiKeyOperations } from "./api-keys-api.ts";
import { addKey, type Backstage, control, everyone, type PersonSnapshot, reset, verify } from "./control.ts";
import { distorted, type Fault, type FaultInput, Faults, failingAnswer } from "./faults.ts";
import { membershipOperations } from "./memberships-api.ts";
import type { Person } from "./people.ts";
import { RateLimit } from "./rate-limit.ts";
import { operations as userOperations } from "./users-api.ts";
import { type Mails, type Seed, type Settings, World, type WorldOptions } from "./world.ts";

export interface FakeArizeOptions extends WorldOptions {
  /** 0 takes a free one. */
  port: number;
  apiKey: string;
}

/** A running fake, and what can be done to it from the same process; the same is there over HTTP under `/_fake/`. */
export interface FakeArize {
  url: string;
  port: number;
  close(): Promise<void>;
  users(): PersonSnapshot[];
  mails(): Record<string, Mails>;
  /** API calls by route, such as `GET /v2/users/{id}`. */
  calls(): Record<string, number>;
  keys(): readonly ApiKey[];
  seed(person: Seed): Person;
  /** Somebody makes a key; with a space it is a service key of that space. */
  seedKey(createdBy: string, space?: string): ApiKey;
  verify(email: string): void;
  /** Puts something that somebody does now into the audit log. */
  did(deed: { userId: string; operation: string }): void;
  advance(ms: number): void;
  change(settings: Partial<Settings>): void;
  /** From now on these API keys are the valid ones, as after a rotation. */
  acceptKeys(...keys: string[]): void;
  fault(fault: FaultInput): void;
  clearFaults(): void;
  /**
   * Is asked before and after the effect of every API call, which waits for it: how tests order what happens at the
   * same time. A new one replaces the old.
   */
  intercept(gate: Gate): void;
  reset(): void;
}

export type Gate = (route: string, moment: "before" | "after") => Promise<void> | undefined;

/** Starts a fake of the Arize Users API (REST v2) on 127.0.0.1. */
export async function startFakeArize({ port, apiKey, ...options }: FakeArizeOptions): Promise<FakeArize> {
  const world = new World(options);
  const backstage: Backstage = { world, faults: new Faults(), calls: new Map(), keys: [apiKey] };
  const respond = responder(backstage);
  const server = createServer((request, response) => {
    respond(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  const boundPort = typeof address === "object" && address !== null ? address.port : port;
  return {
    url: `http://127.0.0.1:${boundPort}`,
    port: boundPort,
    ...remoteControl(backstage),
    async close() {
      if (!server.listening) return;
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      world.close();
    },
  };
}

function remoteControl(backstage: Backstage): Omit<FakeArize, "url" | "port" | "close"> {
  const { world, faults, calls } = backstage;
  return {
    users: () => everyone(world),
    mails: () => world.mails(),
    calls: () => Object.fromEntries(calls),
    keys: () => world.keys,
    seed: (person) => world.seed(person),
    seedKey: (createdBy, space) => addKey(world, { createdBy, space }),
    verify: (email) => verify(world, email),
    did: (deed) => world.did(deed),
    advance: (ms) => world.advance(ms),
    change: (settings) => world.change(settings),
    acceptKeys: (...keys) => {
      backstage.keys = keys;
    },
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    intercept: (gate) => {
      backstage.gate = gate;
    },
    reset: () => reset(backstage),
  };
}

function responder(backstage: Backstage) {
  const limit = new RateLimit();
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const raw = await readBody(request);
    if (url.pathname.startsWith("/_fake/")) {
      const route = `${request.method} ${url.pathname}`;
      return send(
        response,
        settle(() => control(backstage, route, parse(raw))),
      );
    }
    const { route, id, userId } = match(request.method ?? "", url.pathname);
    backstage.calls.set(route, (backstage.calls.get(route) ?? 0) + 1);
    const answer = () =>
      settle(() => {
        limit.check(backstage.world.settings.rateLimit);
        authenticate(request.headers.authorization, backstage.keys);
        const operation = operations[route];
        if (operation === undefined) throw new Problem(404, "no such route");
        return operation(backstage.world, { id, userId, query: url.searchParams, body: parse(raw) });
      });
    const fault = backstage.faults.take(route);
    await backstage.gate?.(route, "before");
    if (fault === undefined) {
      const good = answer();
      await backstage.gate?.(route, "after");
      return send(response, good);
    }
    return misbehave(response, fault, answer, url.searchParams.get("cursor"));
  };
}

async function misbehave(response: ServerResponse, fault: Fault, answer: () => Answer, cursor: string | null) {
  if (fault.latencyMs !== undefined) await delay(fault.latencyMs, undefined, { ref: false });
  if (fault.cut === "before") return void response.destroy();
  const final = failingAnswer(fault) ?? distorted(answer(), fault, cursor);
  if (fault.cut === "after") return void response.destroy();
  await send(response, final, fault.slowBodyMs);
}

function settle(answer: () => Answer): Answer {
  try {
    return answer();
  } catch (error) {
    return (error instanceof Problem ? error : new Problem(500, "a bug in the fake")).answer();
  }
}

const operations = { ...userOperations, ...membershipOperations, ...apiKeyOperations };
const templates = Object.keys(operations).map((route) => ({
  route,
  pattern: new RegExp(`^${route.replace(/\{\w+\}/g, "([^/]+)")}$`),
}));

/** The route by its template; what fits none counts as `other`. */
function match(method: string, path: string): { route: string; id: string; userId: string } {
  for (const { route, pattern } of templates) {
    const found = pattern.exec(`${method} ${path}`);
    if (found !== null) return { route, id: decoded(found[1]), userId: decoded(found[2]) };
  }
  return { route: "other", id: "", userId: "" };
}

function decoded(part = ""): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}

function authenticate(authorization: string | undefined, keys: readonly string[]): void {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  if (keys.some((key) => timingSafeEqual(digest(authorization ?? ""), digest(`Bearer ${key}`)))) return;
  throw new Problem(401, "the API key is missing or wrong");
}

function parse(raw: string): unknown {
  if (raw === "") return undefined;
  try {
    return JSON.parse(raw);
  } catch {
    throw new Problem(400, "the body is not JSON");
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

async function send(response: ServerResponse, { status, headers, body }: Answer, slowMs?: number): Promise<void> {
  response.writeHead(status, {
    "x-request-id": randomUUID(),
    ...(body !== undefined && { "content-type": typeof body === "string" ? "text/html" : "application/json" }),
    ...headers,
  });
  const text = typeof body === "string" ? body : JSON.stringify(body ?? null);
  if (body === undefined) return void response.end();
  if (slowMs === undefined) return void response.end(text);
  response.write(text.slice(0, text.length / 2));
  await delay(slowMs, undefined, { ref: false });
  response.end(text.slice(text.length / 2));
}
