import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError, InvalidArgumentError } from "commander";
import type { ArizeService } from "./emulators.ts";

/** What `npm start` was asked for. */
export interface StartOptions {
  portBase: number;
  dataDir: string | undefined;
  /** Absolute path of the configuration. */
  config: string;
  /** The real Arize, with `--live`. */
  service: ArizeService | undefined;
}

/** The command line is wrong, or only help was asked for; commander has written the reason. */
export class NothingToStart extends Error {
  override readonly name = "NothingToStart";
  readonly exitCode: 0 | 2;

  constructor(exitCode: 0 | 2) {
    super("nothing to start");
    this.exitCode = exitCode;
  }
}

/** Says what is wrong with a version of Node, if anything: TypeScript and SQLite work without flags from 22.18 on. */
export function nodeProblem(version: string): string | undefined {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const fits = major > 22 || (major === 22 && minor >= 18);
  return fits ? undefined : `Node ${version} is too old: use "npm start", which brings its own, or Node 22.18 or newer`;
}

/**
 * Reads the arguments after the program's name.
 * @param variables `ARIZE_API_KEY` and `ARIZE_BASE_URL` count with `--live`
 * @throws NothingToStart
 */
export function parseOptions(argv: readonly string[], variables: NodeJS.ProcessEnv): StartOptions {
  const program = command();
  try {
    program.parse([...argv], { from: "user" });
    const given = program.opts<{ portBase: number; data?: string; config?: string; live?: true }>();
    const service = given.live && liveService(program, variables);
    // What the laptop's own configuration allows is meant for invented people; real ones get the deployment's.
    const standard = service ? "../lifecycle.config.ts" : "./lifecycle.config.ts";
    const config =
      given.config === undefined ? fileURLToPath(new URL(standard, import.meta.url)) : resolve(given.config);
    if (!existsSync(config)) program.error(`error: there is no configuration file ${config}`);
    // Apart from the fake's: what is queued for invented people must not be applied to real ones.
    const dataDir = given.data && resolve(given.data, service ? "live" : ".");
    return { portBase: given.portBase, dataDir, config, service };
  } catch (error) {
    if (error instanceof CommanderError) throw new NothingToStart(error.code === "commander.helpDisplayed" ? 0 : 2);
    throw error;
  }
}

function command(): Command {
  return new Command("npm start --")
    .description(
      "Runs the whole system on this machine: the functions, the queues, the ledger and fakes of Arize and the sources.",
    )
    .option("--port-base <port>", "the first of seven ports in a row", parsePort, 4600)
    .option("--data <dir>", "keep everything in this directory; in memory without it")
    .option("--config <file>", "configuration (default: local/lifecycle.config.ts, with --live lifecycle.config.ts)")
    .option("--live", "use the real Arize, with ARIZE_API_KEY (and ARIZE_BASE_URL) from the environment")
    .allowExcessArguments(false)
    .exitOverride();
}

/** Reads the first of the ports. @throws InvalidArgumentError */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1024 && port <= 65_000) return port;
  throw new InvalidArgumentError("It has to be a number from 1024 to 65000.");
}

function liveService(program: Command, variables: NodeJS.ProcessEnv): ArizeService {
  const { ARIZE_API_KEY: apiKey, ARIZE_BASE_URL: url = "https://api.arize.com" } = variables;
  if (!apiKey) return program.error("error: --live needs the API key in the environment variable ARIZE_API_KEY");
  return { url, apiKey };
}
