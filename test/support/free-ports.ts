import { createServer } from "node:net";
import { consolePort, portsFrom } from "../../local/environment.ts";

/** A port that is free with those behind it which `npm start` uses, as far as one can tell. */
export async function freeBase(): Promise<number> {
  for (;;) {
    const base = 20_000 + Math.floor(Math.random() * 5_000) * 7;
    const free = await Promise.all([...Object.values(portsFrom(base)), consolePort(base)].map(isFree));
    if (free.every(Boolean)) return base;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const free = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => resolve(true));
  });
  if (free) await new Promise((resolve) => server.close(resolve));
  return free;
}
