import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { vi } from "vitest";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import { consolePort, urlOf } from "../../local/environment.ts";
import { freeBase } from "../support/free-ports.ts";

const program = fileURLToPath(new URL("../../local/start.ts", import.meta.url));
const laptopConfig = pathToFileURL(fileURLToPath(new URL("../../local/lifecycle.config.ts", import.meta.url))).href;

/** What `npm start` runs, its console included. */
export interface RunningConsole {
  url: string;
  portBase: number;
  close(): Promise<void>;
}

/** Starts everything as `npm start` does, with the laptop's configuration but for what is given. */
export async function startEverything(config: Partial<LifecycleConfigInput>): Promise<RunningConsole> {
  const folder = mkdtempSync(join(tmpdir(), "console-"));
  const file = join(folder, "config.mjs");
  writeFileSync(
    file,
    `import base from ${JSON.stringify(laptopConfig)};\nexport default { ...base, ...${JSON.stringify(config)} };`,
  );
  const portBase = await freeBase();
  const child = spawn(process.execPath, [program, "--port-base", String(portBase), "--config", file], {
    env: {},
    stdio: ["ignore", "ignore", "inherit"],
  });
  const url = urlOf(consolePort(portBase));
  const isThere = async () => {
    if (child.exitCode !== null) throw new Error(`npm start ended with ${child.exitCode}`);
    if (!(await fetch(url)).ok) throw new Error("the console does not answer");
  };
  await vi.waitFor(isThere, { timeout: 60_000, interval: 100 });
  return { url, portBase, close: () => end(child).finally(() => rmSync(folder, { recursive: true })) };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}
