import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { closeServer, listenOn } from "../local/listen.ts";
import type { Target } from "../ops/connection.ts";
import { consoleApp } from "./app.ts";
import { type Desk, type DeskOptions, openDesk } from "./desk.ts";

export interface RunningConsole {
  port: number;
  url: string;
  desk: Desk;
  close(): Promise<void>;
}

/** Serves the console for a stack on 127.0.0.1. Nothing about requests is written anywhere. @throws PortTaken */
export async function startConsole(
  target: Target,
  { port, ...options }: DeskOptions & { port: number },
): Promise<RunningConsole> {
  const desk = await openDesk(target, options);
  let bound = port;
  const { fetch } = consoleApp(desk, () => bound);
  const server = createServer(getRequestListener(fetch));
  try {
    bound = await listenOn(server, port);
  } catch (error) {
    await desk.monitor.close();
    throw error;
  }
  return {
    port: bound,
    url: `http://127.0.0.1:${bound}/`,
    desk,
    close: async () => {
      await closeServer(server);
      await desk.monitor.close();
    },
  };
}
