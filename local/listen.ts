import type { Server } from "node:http";

/** Another program has the port. */
export class PortTaken extends Error {
  override readonly name = "PortTaken";
  readonly port: number;

  constructor(port: number, options?: ErrorOptions) {
    super(`port ${port} on 127.0.0.1 is taken`, options);
    this.port = port;
  }
}

/** Says what a failed listen means. On some systems a reserved port is EACCES. */
export function translateListenError(error: unknown, port: number): unknown {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "EADDRINUSE" || code === "EACCES" ? new PortTaken(port, { cause: error }) : error;
}

/** Listens on 127.0.0.1. Returns the port, which the system chose when 0 was asked for. @throws PortTaken */
export async function listenOn(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(translateListenError(error, port)));
    server.listen(port, "127.0.0.1", resolve);
  });
  return portOf(server);
}

export function portOf(server: Pick<Server, "address">): number {
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return address.port;
}

/** Stops listening, gives open requests a while to end, and then cuts them. */
export async function closeServer(server: Server, graceMs = 0): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const cut = setTimeout(() => server.closeAllConnections(), graceMs);
  await closed;
  clearTimeout(cut);
}
