import { Command } from "commander";
import { consolePort, portsFrom, urlOf } from "../local/environment.ts";
import { PortTaken } from "../local/listen.ts";
import { parsePort } from "../local/options.ts";
import type { Target } from "../ops/connection.ts";
import { describeFailure } from "../ops/failure.ts";
import { Session } from "../ops/session.ts";
import { addStackOptions } from "../ops/stack-options.ts";
import { Laboratory } from "./laboratory/laboratory.ts";
import { startConsole } from "./server.ts";

/** `npm run console`: the console in the browser, until Ctrl-C; `npm start` runs it too. */
const program = addStackOptions(new Command("npm run console --"))
  .description("Serves the operator's console for a stack, on this machine only.")
  .option("--port <port>", "where to serve it (default: the sixth port after --port-base)", parsePort)
  .showHelpAfterError("(add --help for what there is)")
  .allowExcessArguments(false)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(serve);

async function serve({ portBase, port = consolePort(portBase) }: { portBase: number; port?: number }): Promise<void> {
  const target = await new Session(program).target();
  const { url, close } = await startConsole(target, { port, laboratory: laboratoryOf(target, portBase) });
  const end = () => close().finally(() => process.exit(0));
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  if (process.connected === undefined) console.log(`The console of ${target.where}: ${url}   (Ctrl-C ends it)`);
}

/** The fakes, unless the stack is another one or works on the real Arize. */
function laboratoryOf({ isOnAws, environment }: Target, portBase: number): Laboratory | undefined {
  const { door, arize, sources } = portsFrom(portBase);
  if (isOnAws || environment.ARIZE_BASE_URL !== urlOf(arize)) return undefined;
  return new Laboratory({ door: urlOf(door), arize: urlOf(arize), sources: urlOf(sources) });
}

// Started by `npm start`, it ends with it, however that ends, and however early.
process.on("disconnect", () => process.exit(0));
if (process.connected === false) process.exit(0);

try {
  await program.parseAsync();
} catch (error) {
  const hint = error instanceof PortTaken ? ": choose another with --port" : "";
  console.error(`error: ${describeFailure(error)}${hint}`);
  process.exitCode = 1;
}
