import { Argument, Command, InvalidArgumentError, Option } from "commander";
import { history, type TrailEntry } from "../lib/ledger/trail.ts";
import { connectLocal } from "../ops/connection.ts";
import { localSecrets, portsFrom, secretIds, urlOf } from "./environment.ts";
import { parsePort } from "./options.ts";
import { oktaRequest, type SignedRequest, standardRequest } from "./signed-requests.ts";

const standardTypes: Record<string, string> = {
  joiner: "person.joined",
  mover: "person.moved",
  leaver: "person.left",
  reinstate: "person.reinstated",
  "invitation.resend": "invitation.resend",
  "password.reset": "password.reset",
};
const oktaTypes: Record<string, string> = {
  joiner: "user.lifecycle.activate",
  mover: "user.account.update_profile",
  leaver: "user.lifecycle.deactivate",
};

interface SendOptions {
  source: "standard" | "okta";
  name?: string;
  role?: string;
  developer?: boolean;
  externalId?: string;
  effectiveAt?: string;
  portBase: number;
  timeout: number;
}

/** Sends one signed event to the stack on this machine, waits for its outcome, and tells it. */
const program = new Command("npm run send --")
  .description("Signs an event, sends it to the stack that npm start runs, and waits for its outcome.")
  .addArgument(new Argument("<kind>", "what happens").choices(Object.keys(standardTypes)))
  .argument("<email>", "whom it happens to")
  .addOption(new Option("--source <source>", "as whom it is sent").choices(["standard", "okta"]).default("standard"))
  .option("--name <name>", "their display name")
  .option("--role <role>", "admin, member or annotator")
  .option("--developer", "give them developer permission")
  .option("--no-developer", "take it")
  .option("--external-id <id>", "their id at the source")
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

async function send(kind: string, email: string, options: SendOptions): Promise<void> {
  const { request, id } = options.source === "okta" ? asOkta(kind, email, options) : asStandard(kind, email, options);
  const url = urlOf(portsFrom(options.portBase).door) + request.path;
  const sent = fetch(url, { method: "POST", headers: request.headers, body: request.body });
  const response = await sent.catch((cause: unknown) => {
    throw new Error(`nothing answers at port base ${options.portBase}: is npm start running there?`, { cause });
  });
  const text = await response.text();
  console.log(`POST ${url} -> ${response.status}${text && ` ${text}`}`);
  if (!response.ok) throw new Error("the event was not accepted");
  const entry = await outcomeOf(id, email, options);
  const what = [entry.outcome, entry.reason && `(${entry.reason})`].filter(Boolean).join(" ");
  console.log(`${kind} ${email}: ${what} after ${entry.ms} ms`);
}

function asStandard(kind: string, email: string, options: SendOptions): { request: SignedRequest; id: string } {
  const { name, role, developer: isDeveloper, externalId, effectiveAt } = options;
  const id = `msg_${crypto.randomUUID()}`;
  const data = { email, name, role, isDeveloper, externalId, effectiveAt };
  const secret = localSecrets[secretIds.standard];
  return { request: standardRequest({ type: standardTypes[kind] ?? kind, data, secret, id }), id: `standard:${id}` };
}

function asOkta(
  kind: string,
  email: string,
  { name, externalId, role, developer, effectiveAt }: SendOptions,
): { request: SignedRequest; id: string } {
  const eventType = oktaTypes[kind];
  if (eventType === undefined) throw new Error(`Okta sends no ${kind}; use --source standard`);
  const unsaid = [role, developer, effectiveAt].some((option) => option !== undefined);
  if (unsaid) throw new Error("Okta's hooks say nothing of roles, developer permission or dates to come");
  const uuid = crypto.randomUUID();
  const secret = localSecrets[secretIds.okta];
  const person = { email, ...(name && { name }), ...(externalId && { externalId }) };
  return { request: oktaRequest({ eventType, ...person, uuid, secret }), id: `okta:${uuid}` };
}

async function outcomeOf(id: string, email: string, { portBase, timeout }: SendOptions): Promise<TrailEntry> {
  const { table, identity } = await connectLocal(portBase);
  const person = identity.person(email);
  const end = Date.now() + timeout * 1000;
  while (Date.now() < end) {
    const entry = (await history(table, person)).find(({ event }) => event === id);
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
