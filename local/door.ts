import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { httpEvent } from "./door-event.ts";
import { gatewayReply, type HttpReply, httpReply, sendReply } from "./door-reply.ts";
import { closeServer, listenOn } from "./listen.ts";
import { note, type OnLine } from "./report.ts";

export interface Door {
  port: number;
  /** Stops listening and lets open requests end, for so many milliseconds at most. */
  close(graceMs: number): Promise<void>;
}

export interface DoorOptions {
  port: number;
  invoke(event: unknown): Promise<unknown>;
  onLine: OnLine;
}

// API Gateway's limit on a payload.
const maxBodyBytes = 10 * 1024 * 1024;

/** The HTTP API in front of the ingest function, which gets every request. @throws PortTaken */
export async function startDoor(options: DoorOptions): Promise<Door> {
  const server = createServer((request, response) => {
    handle(options, request, response).catch(() => response.destroy());
  });
  const port = await listenOn(server, options.port);
  return { port, close: (graceMs) => closeServer(server, graceMs) };
}

async function handle(options: DoorOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const reply = body === undefined ? gatewayReply(413, "Request Entity Too Large") : await ask(options, request, body);
  try {
    sendReply(response, reply);
  } catch (error) {
    // A header with a line break in it, say: the gateway sends nothing of such a reply.
    failed(options, error);
    sendReply(response, gatewayReply(500, "Internal Server Error"));
  }
}

async function ask(options: DoorOptions, request: IncomingMessage, body: Buffer): Promise<HttpReply> {
  try {
    return httpReply(await options.invoke(httpEvent(request, body)));
  } catch (error) {
    failed(options, error);
    return gatewayReply(500, "Internal Server Error");
  }
}

function failed({ onLine }: DoorOptions, error: unknown): void {
  note(onLine, "door", "error", "ingest failed", { reason: error instanceof Error ? error.message : typeof error });
}

/** The bytes, or `undefined` when there are too many; those are read to their end, so that the sender sees the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes: Buffer = chunk;
    size += bytes.length;
    if (size <= maxBodyBytes) chunks.push(bytes);
    else chunks.length = 0;
  }
  return size <= maxBodyBytes ? Buffer.concat(chunks) : undefined;
}
