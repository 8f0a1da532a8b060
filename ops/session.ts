import type { Command } from "commander";
import { type Connection, connect, openTarget, type Target } from "./connection.ts";
import { outputsIn } from "./outputs.ts";
import { shellWords } from "./shell-words.ts";

/** What the options before or behind a command say: which stack, and how to answer. */
interface Given {
  portBase: number;
  stack?: string;
  outputs?: string;
  json: boolean;
}

/** One run of the command line. */
export class Session {
  readonly #program: Command;

  constructor(program: Command) {
    this.#program = program;
  }

  get json(): boolean {
    return this.#program.opts<Given>().json;
  }

  /** A command line that goes on from here, about the same stack. @param command what `npm run ops --` takes, ready for a shell */
  again(command: string): string {
    const { portBase, stack, outputs, ...others } = this.#program.opts<Given>();
    const isDefault = this.#program.getOptionValueSource("portBase") === "default";
    const given = { "port-base": isDefault ? undefined : String(portBase), stack, outputs, ...outputsIn(others) };
    const flags = Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]));
    return ["npm run ops --", ...flags.map((word) => shellWords(word)), command].join(" ");
  }

  /** Finds the stack. @throws Error when there is none, or it may not be looked at */
  target(): Promise<Target> {
    const { portBase, stack, outputs, ...others } = this.#program.opts<Given>();
    return openTarget({ portBase, stack, outputsFile: outputs, outputs: outputsIn(others) });
  }

  /** Finds the stack and reads its identity key. @throws as `target`, and RetryLater */
  async connection(): Promise<Connection> {
    return connect(await this.target());
  }
}

/** The exit codes besides 0, done, and 2, wrong usage. */
export const exitCodes = {
  /** It failed, or there is no such thing. */
  failed: 1,
  /** It was done, and somebody has to look; the help of the command line says at what. */
  attention: 3,
} as const;

/** Ends with 3 once everything has been written. */
export function needsAttention(): void {
  process.exitCode = exitCodes.attention;
}
