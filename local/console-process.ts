import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../console/console.ts", import.meta.url));

/**
 * Starts the console in a process of its own, for the stack at these ports, which runs already. A console that cannot start,
 * or ends, says why itself; the stack goes on without it.
 */
export function startConsoleProcess(portBase: number): { close(): Promise<void> } {
  const child = fork(program, ["--port-base", String(portBase)]);
  const ended = once(child, "exit");
  return {
    close: async () => {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}
