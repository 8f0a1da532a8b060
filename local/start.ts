import { NothingToStart, nodeProblem, parseOptions, type StartOptions } from "./options.ts";

/** `npm start`: the whole system on one machine, until Ctrl-C. Ends with 2 for a wrong command line, 1 for other failures. */
const { env } = process;
const problem = nodeProblem(process.versions.node);
if (problem) end(problem, 1);
else {
  try {
    await start(parseOptions(process.argv.slice(2), env));
  } catch (error) {
    if (error instanceof NothingToStart) process.exitCode = error.exitCode;
    else end(await explain(error), 1);
  }
}

async function start(options: StartOptions): Promise<void> {
  // Loaded late, so that --help and a wrong command line are answered at once.
  const [{ banner }, { portsFrom }, { startStack }] = await Promise.all([
    import("./banner.ts"),
    import("./environment.ts"),
    import("./stack.ts"),
  ]);
  const mode = await modeOf(options.config);
  const { dataDir, config, service } = options;
  const stack = await startStack({
    ports: portsFrom(options.portBase),
    dataDir,
    config,
    service,
    environment: inherited(),
    onLine: await printer(),
  });
  const [{ writeRunFile }, { startConsoleProcess }] = await Promise.all([
    import("./run-file.ts"),
    import("./console-process.ts"),
  ]);
  const runFile = writeRunFile(options.portBase, stack.environment);
  const served = startConsoleProcess(options.portBase);
  endOnSignal(async () => {
    runFile.remove();
    await Promise.all([served.close(), stack.close()]);
  });
  const seconds = (performance.now() / 1000).toFixed(1);
  const { portBase } = options;
  console.log(banner(stack, { live: service !== undefined, portBase, mode, dataDir, seconds }));
}

/** Reads the configuration before anything starts: what is wrong with it should be the only thing that is printed. */
async function modeOf(config: string): Promise<string> {
  const [{ loadConfig }, { pathToFileURL }] = await Promise.all([import("../lib/config.ts"), import("node:url")]);
  return (await loadConfig(pathToFileURL(config).href)).mode;
}

/** What else of this environment the functions may need: how to reach and speak to a self-hosted Arize. */
function inherited(): Record<string, string> {
  const names = ["ARIZE_CA_FILE", "ARIZE_ENUM_CASE", "NODE_EXTRA_CA_CERTS", "TZ"];
  return Object.fromEntries(names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]])));
}

async function printer() {
  const { renderLine } = await import("./report.ts");
  const colour = process.stdout.isTTY === true && !env.NO_COLOR;
  return (line: Parameters<typeof renderLine>[0]) => {
    const rendered = renderLine(line, colour);
    if (rendered) process[rendered.stream].write(`${rendered.text}\n`);
  };
}

/** Closes in an orderly way at the first signal and ends at once at the second. */
function endOnSignal(close: () => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    // One Ctrl-C arrives twice when npm passes on the signal that the terminal gave to everybody.
    if (firstAt !== undefined && performance.now() - firstAt < 300) return;
    if (firstAt !== undefined) process.exit(1);
    firstAt = performance.now();
    console.log("\nEnding; Ctrl-C again to end at once.");
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
}

async function explain(error: unknown): Promise<string> {
  const { PortTaken } = await import("./listen.ts");
  if (error instanceof PortTaken) return `${error.message}: end what uses it, or choose others with --port-base`;
  return error instanceof Error ? error.message : String(error);
}

function end(message: string, exitCode: number): void {
  console.error(`error: ${message}`);
  process.exitCode = exitCode;
}
