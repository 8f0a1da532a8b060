import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { history, type TrailEntry } from "../lib/ledger/trail.ts";
import { type SourceName, sources } from "../lib/sources/index.ts";
import { connectLocal } from "../ops/connection.ts";
import type { ToldKind } from "../test/fixtures/sources/fixture.ts";
import { portsFrom, urlOf } from "./environment.ts";
import { type Hook, makeHook, type Said, sendHook, toldKinds } from "./hooks.ts";
import { parsePort } from "./options.ts";

interface SendOptions extends Said {
  source: SourceName;
  portBase: number;
  timeout: number;
}

/** Sends one signed event to the stack on this machine, waits for its outcome, and tells it. */
const program = new Command("npm run send --")
  .description("Signs an event, sends it to the stack that npm start runs, and waits for its outcome.")
  .addArgument(new Argument("<kind>", "what happens").choices(toldKinds))
  .argument("<email>", "whom it happens to")
  .addOption(
    new Option("--source <source>", "as whom it is sent").choices(Object.keys(sources)).default("standard" as const),
  )
  .option("--name <name>", "their display name")
  .option("--role <role>", "admin, member or annotator")
  .option("--developer", "give them developer permission")
  .option("--no-developer", "take it")
  .option("--external-id <id>", "their id at the source; made from the address unless given")
  .option("--effective-at <time>", "when it shall take effect, ISO 8601")
  .option("--port-base <port>", "where the stack listens, as given to npm start", parsePort, 4600)
  .option("--timeout <seconds>", "how long to wait for the outcome", parseSeconds, 30)
  .showHelpAfterError("(add --help for what there is)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(send);

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (seconds > 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError("It has to be a number of seconds, 3600 at most.");
}

async function send(kind: ToldKind, email: string, options: SendOptions): Promise<void> {
  const hook = await makeHook(kind, email, options.source, options);
  const sentAt = new Date().toISOString();
  const response = await sendHook(hook, { kind, email, ...options }, urlsAt(options.portBase)).catch(
    (cause: unknown) => {
      throw new Error(`nothing answers at port base ${options.portBase}: is npm start running there?`, { cause });
    },
  );
  const text = await response.text();
  console.log(`POST ${response.url} -> ${response.status}${text && ` ${text}`}`);
  if (!response.ok) throw new Error("the event was not accepted");
  const entry = await outcomeOf(hook, sentAt, email, options);
  const looked = entry.lookup && `(${options.source} says ${entry.lookup})`;
  const what = [entry.outcome, entry.reason && `(${entry.reason})`, looked].filter(Boolean).join(" ");
  console.log(`${kind} ${email}: ${what} after ${entry.ms} ms`);
}

function urlsAt(portBase: number) {
  const { door, sources } = portsFrom(portBase);
  return { door: urlOf(door), sources: urlOf(sources) };
}

/** The first end of an event of this source since then, of the person or of whoever its id turns out to be. */
async function outcomeOf(
  { externalId }: Hook,
  sentAt: string,
  email: string,
  { source, portBase, timeout }: SendOptions,
): Promise<TrailEntry> {
  const { table, identity } = await connectLocal(portBase);
  const names = [identity.person(email)];
  // Where the source tells no address and nobody has told whose id this is, the event ends under the id.
  if (externalId !== undefined) names.push(identity.group({ source, person: { externalId } }));
  const end = Date.now() + timeout * 1000;
  while (Date.now() < end) {
    const entries = await Promise.all(names.map((name) => history(table, name)));
    const entry = entries.flat().find((each) => each.source === source && each.receivedAt >= sentAt);
    if (entry) return entry;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(
    `no outcome within ${timeout} s: it is on the queue, or the mode is paused; the log of npm start says which`,
  );
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
