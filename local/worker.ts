import { setTimeout as delay } from "node:timers/promises";
import { ExecutionEnvironment, type FunctionOptions, InvocationFailed } from "./execution-environment.ts";

/** A function as Lambda keeps it: there is a process for it when one is needed, and a new one after that has ended. */
export class Worker {
  readonly #options: FunctionOptions;
  readonly #closing = new AbortController();
  #starting: Promise<ExecutionEnvironment> | undefined;
  #environment: ExecutionEnvironment | undefined;
  #failedStarts = 0;

  constructor(options: FunctionOptions) {
    this.#options = options;
  }

  /** Settles once the current process has loaded the function, starting one if there is none. @throws InvocationFailed */
  async ready(): Promise<void> {
    await this.#running();
  }

  /** @throws InvocationFailed when the handler throws, times out or loses its process */
  async invoke(event: unknown): Promise<unknown> {
    const environment = await this.#running();
    return environment.invoke(event);
  }

  /** Ends the current process in the middle of whatever it does. The next invocation starts another. */
  kill(): void {
    this.#environment?.kill();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#environment?.stop();
  }

  #running(): Promise<ExecutionEnvironment> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async #start(): Promise<ExecutionEnvironment> {
    // A function that fails while it loads would otherwise be started as fast as the pollers ask.
    const pause = this.#failedStarts === 0 ? 0 : Math.min(100 * 2 ** this.#failedStarts, 5_000);
    try {
      await delay(pause, undefined, { signal: this.#closing.signal });
    } catch {
      throw new InvocationFailed(`${this.#options.name}: the stack is closing`);
    }
    const environment = new ExecutionEnvironment(this.#options);
    this.#environment = environment;
    environment.exited.then(() => {
      this.#starting = undefined;
    });
    try {
      await environment.ready;
      this.#failedStarts = 0;
      return environment;
    } catch (error) {
      this.#failedStarts++;
      throw error;
    }
  }
}
