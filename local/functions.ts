import { InvocationFailed } from "./execution-environment.ts";
import { note, type OnLine } from "./report.ts";
import { Worker } from "./worker.ts";

export const functionNames = ["ingest", "provision", "reconcile", "dead-letters"] as const;
export type FunctionName = (typeof functionNames)[number];

/** Where a function's module is (a URL), and how long an invocation, and loading it, may take. */
export interface FunctionSettings {
  module?: string;
  timeoutMs?: number;
  initTimeoutMs?: number;
}

export interface Functions {
  /** @throws InvocationFailed */
  invoke(name: FunctionName, event: unknown): Promise<unknown>;
  /** Ends a function's process at once, whatever it is doing; the next invocation starts another. */
  kill(name: FunctionName): void;
  /** Resolves when each has loaded, or has failed to and was reported. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

const timeouts: Record<FunctionName, number> = {
  ingest: 10_000,
  provision: 20_000,
  reconcile: 300_000,
  "dead-letters": 50_000,
};

/** Keeps a process for each function, with this environment; `ready`, or the first invocation, starts it. */
export function startFunctions(options: {
  settings: Partial<Record<FunctionName, FunctionSettings>>;
  environment: Readonly<Record<string, string>>;
  onLine: OnLine;
}): Functions {
  const { settings, environment, onLine } = options;
  const start = (name: FunctionName) => {
    const { module = moduleOf(name), timeoutMs = timeouts[name], initTimeoutMs } = settings[name] ?? {};
    return new Worker({ name, module, timeoutMs, initTimeoutMs, environment, onLine });
  };
  const workers = {
    ingest: start("ingest"),
    provision: start("provision"),
    reconcile: start("reconcile"),
    "dead-letters": start("dead-letters"),
  };
  const all = Object.values(workers);
  return {
    invoke: (name, event) => workers[name].invoke(event),
    kill: (name) => workers[name].kill(),
    ready: async () => {
      await Promise.all(all.map((worker) => worker.ready().catch((error: unknown) => reportInit(error, onLine))));
    },
    close: async () => {
      await Promise.all(all.map((worker) => worker.close()));
    },
  };
}

function moduleOf(name: FunctionName): string {
  return new URL(`../functions/${name}.ts`, import.meta.url).href;
}

function reportInit(error: unknown, onLine: OnLine): void {
  if (!(error instanceof InvocationFailed)) throw error;
  note(onLine, "functions", "error", "a function cannot start", { reason: error.message });
}
