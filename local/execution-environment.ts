import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { OnLine } from "./report.ts";
import { answerSchema, type Failure } from "./worker-messages.ts";

/** An invocation that came to nothing: the handler threw, its time ran out, or its process ended. */
export class InvocationFailed extends Error {
  override readonly name = "InvocationFailed";
}

export interface FunctionOptions {
  name: string;
  /** The URL of a module that exports `handler(event, context)`. */
  module: string;
  /** All the variables that the process gets. */
  environment: Readonly<Record<string, string>>;
  timeoutMs: number;
  /** How long the module may take to load; 30 s unless given. */
  initTimeoutMs?: number | undefined;
  onLine: OnLine;
}

interface Pending {
  resolve(result: unknown): void;
  reject(error: InvocationFailed): void;
  timer: NodeJS.Timeout;
}

const program = fileURLToPath(new URL("./worker-process.ts", import.meta.url));

/** One process of one function, from its cold start to its end. Unlike Lambda's, it takes invocations at the same time. */
export class ExecutionEnvironment {
  /** Settles when the module is loaded. @throws InvocationFailed when that fails */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  readonly #options: FunctionOptions;
  readonly #child: ChildProcess;
  readonly #pending = new Map<string, Pending>();
  readonly #init = Promise.withResolvers<void>();
  #alive = true;

  constructor(options: FunctionOptions) {
    this.#options = options;
    const { name, module, environment, onLine } = options;
    this.#child = fork(program, [name, module], {
      env: { ...environment, AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand" },
      // Not the parent's flags: under a test runner they are not meant for a function.
      execArgv: ["--disable-warning=ExperimentalWarning"],
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    for (const stream of ["stdout", "stderr"] as const) {
      const input = this.#child[stream];
      if (input) createInterface({ input }).on("line", (text) => onLine({ from: name, stream, text }));
    }
    this.ready = this.#init.promise;
    this.ready.catch(() => {});
    this.exited = this.#listen();
  }

  /** @throws InvocationFailed */
  async invoke(event: unknown): Promise<unknown> {
    const { name, timeoutMs } = this.#options;
    if (!this.#alive) throw new InvocationFailed(`${name}: its process has ended`);
    const id = randomUUID();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const timer = setTimeout(() => {
      this.#settle(id)?.reject(new InvocationFailed(`${name}: Task timed out after ${timeoutMs / 1000} seconds`));
      // Lambda ends the environment too: what hangs in it must not meet the next invocation.
      this.kill();
    }, timeoutMs);
    this.#pending.set(id, { resolve, reject, timer });
    this.#child.send({ id, event, deadline: Date.now() + timeoutMs }, (error) => {
      if (error) this.#settle(id)?.reject(new InvocationFailed(`${name}: cannot be reached`, { cause: error }));
    });
    return promise;
  }

  /** Ends the process at once, wherever it is: SIGKILL. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Asks the process to end, and insists after a second. */
  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    const insist = setTimeout(() => this.kill(), 1_000);
    await this.exited;
    clearTimeout(insist);
  }

  #listen(): Promise<void> {
    const startup = setTimeout(() => this.kill(), this.#options.initTimeoutMs ?? 30_000);
    this.ready.catch(() => {}).finally(() => clearTimeout(startup));
    this.#child.on("message", (message) => this.#receive(message));
    return new Promise((resolve) => {
      const end = (how: string) => {
        this.#alive = false;
        this.#failAll(`${this.#options.name}: its process ended (${how})`);
        resolve();
      };
      this.#child.once("exit", (code, signal) => end(signal ?? `exit ${code}`));
      this.#child.once("error", (error) => end(error.name));
    });
  }

  #receive(message: unknown): void {
    const { name } = this.#options;
    const answer = answerSchema.parse(message);
    if (answer.type === "ready") this.#init.resolve();
    else if (answer.type === "broken") this.#init.reject(failed(name, answer.error));
    else if (answer.type === "result") this.#settle(answer.id)?.resolve(answer.result);
    else this.#settle(answer.id)?.reject(failed(name, answer.error));
  }

  #settle(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(pending?.timer);
    return pending;
  }

  #failAll(message: string): void {
    this.#init.reject(new InvocationFailed(message));
    for (const id of [...this.#pending.keys()]) this.#settle(id)?.reject(new InvocationFailed(message));
  }
}

function failed(name: string, error: Failure): InvocationFailed {
  return new InvocationFailed(`${name}: ${error.name}: ${error.message}`);
}
