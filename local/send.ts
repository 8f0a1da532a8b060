import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { history, type TrailEntry } from "../lib/ledger/trail.ts";
import { type SourceName, sources } from "../lib/sources/index.ts";
import { connectLocal } from "../ops/connection.ts";
import { loadFixture } from "../test/fixtures/load-source.ts";
import type { ToldKind } from "../test/fixtures/sources/fixture.ts";
import { localSecrets, portsFrom, secretIds, urlOf } from "./environment.ts";
import { parsePort } from "./options.ts";
import { type SignedRequest, standardRequest } from "./signed-requests.ts";
import { apiSecrets } from "./source-api-secrets.ts";

/** What can be said, and how `standard` says it, which alone has a word for everything that the options below tell. */
const standardTypes = {
  joiner: "person.joined",
  mover: "person.moved",
  leaver: "person.left",
  reinstate: "person.reinstated",
  suspend: "person.suspended",
  changed: undefined,
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
} as const satisfies Record<ToldKind, string | undefined>;

interface SendOptions {
  source: SourceName;
  name?: string;
  role?: string;
  developer?: boolean;
  externalId?: string;
  effectiveAt?: string;
  portBase: number;
  timeout: number;
}

/** A hook that is ready to be sent, and the id by which it may name the person instead of the address. */
interface Hook {
  request: SignedRequest;
  externalId: string | undefined;
}

/** Sends one signed event to the stack on this machine, waits for its outcome, and tells it. */
const program = new Command("npm run send --")
  .description("Signs an event, sends it to the stack that npm start runs, and waits for its outcome.")
  .addArgument(new Argument("<kind>", "what happens").choices(Object.keys(standardTypes)))
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
  const isStandard = options.source === "standard";
  const hook = isStandard ? asStandard(kind, email, options) : await asProvider(kind, email, options);
  await tellSource(kind, email, hook, options);
  const { path, headers, body } = hook.request;
  const url = urlOf(portsFrom(options.portBase).door) + path;
  const sentAt = new Date().toISOString();
  const response = await fetch(url, { method: "POST", headers, body }).catch((cause: unknown) => {
    throw new Error(`nothing answers at port base ${options.portBase}: is npm start running there?`, { cause });
  });
  const text = await response.text();
  console.log(`POST ${url} -> ${response.status}${text && ` ${text}`}`);
  if (!response.ok) throw new Error("the event was not accepted");
  const entry = await outcomeOf(hook, sentAt, email, options);
  const looked = entry.lookup && `(${options.source} says ${entry.lookup})`;
  const what = [entry.outcome, entry.reason && `(${entry.reason})`, looked].filter(Boolean).join(" ");
  console.log(`${kind} ${email}: ${what} after ${entry.ms} ms`);
}

/**
 * What the source itself will say of the person when it is asked: it is asked before somebody is removed, and most hooks
 * name them by an id only.
 */
async function tellSource(kind: ToldKind, email: string, { externalId }: Hook, options: SendOptions): Promise<void> {
  const { source, name = email.slice(0, email.lastIndexOf("@")), portBase } = options;
  if (!(source in apiSecrets) || externalId === undefined || kind === "changed") return;
  const url = `${urlOf(portsFrom(portBase).sources)}/_people/${source}/${encodeURIComponent(externalId)}`;
  const body = JSON.stringify({ email, name, active: kind !== "leaver" });
  // With the real Arize the sources are the real ones, and there is nothing to tell.
  await fetch(url, { method: "PUT", body }).catch(() => {});
}

function asStandard(kind: ToldKind, email: string, options: SendOptions): Hook {
  const { name, role, developer: isDeveloper, externalId, effectiveAt } = options;
  const type = standardTypes[kind];
  if (type === undefined) throw new Error(`standard has no word for ${kind}; name another --source`);
  const data = { email, name, role, isDeveloper, externalId, effectiveAt };
  return { request: standardRequest({ type, data, secret: localSecrets[secretIds.standard] }), externalId };
}

/** What the source's fixture makes of it: the same hooks that the tests run the source through. */
async function asProvider(
  kind: ToldKind,
  email: string,
  { source, name, externalId, role, developer, effectiveAt }: SendOptions,
): Promise<Hook> {
  const unsaid = [role, developer, effectiveAt].some((option) => option !== undefined);
  if (unsaid) throw new Error(`hooks of ${source} say nothing of roles, developer permission or dates to come`);
  const fixture = await loadFixture(source);
  const id = externalId ?? fixture.idOf(email);
  const told = fixture.hook({ kind, email, externalId: id, ...(name !== undefined && { name }) });
  if (told === undefined) throw new Error(`${source} has no word for ${kind}; use --source standard`);
  const secret = localSecrets[secretIds[source]];
  const { headers, body, query } = await fixture.seal(told, { secret, at: new Date() });
  const path = `/webhooks/${source}${query ? `?${new URLSearchParams(query)}` : ""}`;
  return { request: { path, headers, body }, externalId: id };
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
