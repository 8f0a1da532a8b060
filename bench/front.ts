import { readFileSync } from "node:fs";
import { Agent, request as forward, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { fileURLToPath } from "node:url";
import { listenOn } from "../local/listen.ts";

const tls = (name: string) => new URL(`../test/fixtures/tls/${name}`, import.meta.url);

/** Whose certificates the fronts have: for `NODE_EXTRA_CA_CERTS`. */
export const authorityFile = fileURLToPath(tls("ca.pem"));

/** TLS in front of one of the emulators, which speak plain HTTP; counts what comes through. */
export interface Front {
  url: string;
  /** TLS connections that were opened so far. */
  connections(): number;
  /** Requests by AWS operation (`PutItem`), or by method where there is none. */
  requests(): Record<string, number>;
  close(): void;
}

/** Starts a front before a port of 127.0.0.1. */
export async function startFront(port: number): Promise<Front> {
  const requests = new Map<string, number>();
  const agent = new Agent({ keepAlive: true });
  let connections = 0;
  const server = createServer({ key: readFileSync(tls("server.key")), cert: readFileSync(tls("server.pem")) });
  server.keepAliveTimeout = 60_000;
  server.on("secureConnection", () => connections++);
  server.on("request", (incoming, outgoing) => {
    const operation = operationOf(incoming);
    requests.set(operation, (requests.get(operation) ?? 0) + 1);
    pass(incoming, outgoing, port, agent);
  });
  return {
    url: `https://localhost:${await listenOn(server, 0)}`,
    connections: () => connections,
    requests: () => Object.fromEntries(requests),
    close: () => {
      server.close();
      server.closeAllConnections();
      agent.destroy();
    },
  };
}

function operationOf({ headers, method = "" }: IncomingMessage): string {
  const target = headers["x-amz-target"];
  return typeof target === "string" ? target.replace(/^.*\./, "") : method;
}

function pass(incoming: IncomingMessage, outgoing: ServerResponse, port: number, agent: Agent): void {
  const { method, url, headers } = incoming;
  const onward = forward({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on("error", () => outgoing.destroy());
  incoming.pipe(onward);
}
