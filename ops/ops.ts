import { userInfo } from "node:os";
import { Argument, Command, Option } from "commander";
import { acceptRestore } from "../lib/ledger/origin.ts";
import type { Shelf } from "../lib/ledger/shelf.ts";
import { parsePort } from "../local/options.ts";
import { confirmByTyping } from "./confirm.ts";
import { adoptEnvironment, type Connection, connectLocal, connectStack } from "./connection.ts";
import { explain } from "./explain.ts";
import { forget } from "./forget.ts";
import { describeForgotten } from "./forgotten.ts";
import { timeline } from "./person.ts";
import { printRows, type Row } from "./print.ts";
import { runReconcile } from "./reconcile.ts";
import { operatorKinds, sendEvent } from "./send.ts";
import { dismiss, listShelf, putBack, type Word } from "./shelves.ts";

/** The operator's command line. Exit codes: 0 done, 1 failed or not found, 2 wrong usage; `explain` has 3 besides. */
const program = new Command("npm run ops --")
  .description("Looks into a running stack and decides what waits for an operator.")
  .option("--port-base <port>", "the stack on this machine, as given to npm start", parsePort, 4600)
  .option("--stack <name>", "a deployed stack instead, with your own AWS credentials")
  .option("--json", "print JSON instead of tables", false)
  .showHelpAfterError("(add --help for what there is)")
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

const options = () => program.opts<{ portBase: number; stack?: string; json: boolean }>();

async function connected<Result>(use: (connection: Connection) => Promise<Result>): Promise<Result> {
  const { stack, portBase } = options();
  return use(stack === undefined ? await connectLocal(portBase) : await connectStack(stack));
}

function addShelf(name: string, shelf: Shelf, description: string, back: { verb: string; description: string }): void {
  const command = program.command(name).description(description);
  command
    .command("list")
    .description("show what waits, oldest first")
    .action(async () => {
      const rows = await connected((connection) => listShelf(connection, shelf));
      printRows(rows, { json: options().json, nothing: `Nothing is ${name}.` });
    });
  const decisions = [
    { ...back, decide: putBack, done: "is on the queue again" },
    { verb: "dismiss", description: "give it up for good", decide: dismiss, done: "is dismissed" },
  ];
  for (const { verb, description: text, decide, done } of decisions) {
    command
      .command(`${verb} <id>`)
      .description(text)
      .option("--note <text>", "why, for the person's history", "")
      .option("--by <name>", "who decides", userInfo().username)
      .action(async (id: string, word: Word) => {
        if (!(await connected((connection) => decide(connection, shelf, id, word)))) {
          throw new Error(`nothing is ${name} under the id ${id}; see: npm run ops -- ${name} list`);
        }
        console.log(`${id} ${done}.`);
      });
  }
}

addShelf("held", "HELD", "events that a guard stopped", {
  verb: "release",
  description: "let it through; protected people stay protected",
});
addShelf("parked", "PARKED", "events that cannot succeed as they are", {
  verb: "redrive",
  description: "try it again, once its cause is mended",
});

const person = program
  .command("person")
  .description("show what happened to a person, oldest first")
  .argument("<email>")
  .action(async (email: string) => {
    const rows = await connected((connection) => timeline(connection, email));
    printRows(rows, { json: options().json, nothing: "Nothing is known about this address." });
  });

person
  .command("forget")
  .description("erase what is kept about a person who is gone; that they are gone stays known, without their address")
  .argument("<email>")
  .option("--yes", "do not ask", false)
  .option("--by <name>", "who decides", userInfo().username)
  .action(async (email: string, { yes, by }: { yes: boolean; by: string }) => {
    if (!yes) await confirmByTyping(email);
    const forgotten = await connected((connection) => forget(connection, email, by));
    if (options().json) console.log(JSON.stringify(forgotten, null, 2));
    else for (const line of describeForgotten(forgotten)) console.log(line);
  });

program
  .command("ledger")
  .description("a ledger that was restored from a backup")
  .command("accept")
  .description("take it for complete: leavers from before the restore are no longer held")
  .action(async () => {
    await connected(({ table }) => acceptRestore(table));
    console.log("The ledger counts as complete.");
  });

program
  .command("send")
  .description("queue an event in your name; person shows what came of it")
  .addArgument(new Argument("<kind>", "what happens").choices(operatorKinds))
  .argument("<email>", "whom it happens to")
  .option("--name <name>", "their display name")
  .option("--yes", "for a leaver: yes, for ever", false)
  .action(
    async (kind: (typeof operatorKinds)[number], email: string, { name, yes }: { name?: string; yes: boolean }) => {
      if (kind === "leaver" && !yes) throw new Error("who is deleted at Arize can never be invited again: add --yes");
      const id = await connected((connection) => sendEvent(connection, kind, email, name));
      console.log(`${id} is on the queue.`);
    },
  );

program
  .command("explain <file>")
  .description("tell what would become of a webhook now, and change nothing; - reads it from standard input")
  .requiredOption("--source <name>", "whose webhook it is, such as okta")
  .option("--header <name:value>", "one of its headers, for the signature; repeat it", collect, [])
  .addHelpText("after", "\nExit codes: 0 explained, 1 failed, 2 wrong usage, 3 the door would turn it away.")
  .action(async (file: string, { source, header }: { source: string; header: string[] }) => {
    const { door, letIn, rows } = await connected(async ({ reconcileFunction }) => {
      if (reconcileFunction !== undefined) await adoptEnvironment(reconcileFunction);
      return explain({ file, source, headers: header });
    });
    const { json } = options();
    if (json) console.log(JSON.stringify({ door, letIn, events: rows }, null, 2));
    else for (const line of door) console.log(`${source}: ${line}`);
    if (!json) printRows(rows, { json, nothing: "There is no event in it." });
    if (!letIn) process.exitCode = 3;
  });

program
  .command("reconcile")
  .description("compare Arize with the ledger now")
  .addOption(new Option("--mode <mode>", "what to look at").choices(["invitations", "due", "full", "subscriptions"]))
  .option("--dry-run", "show the plan, change nothing", false)
  .option("--accept-shrink", "mode full: believe a listing that lost many users", false)
  .action(async ({ mode, dryRun, acceptShrink }: { mode?: string; dryRun: boolean; acceptShrink: boolean }) => {
    await connected(async ({ reconcileFunction }) => {
      const { json } = options();
      const all: Row[] = [];
      for (const each of mode === undefined ? ["invitations", "due", "full"] : [mode]) {
        const request = { mode: each, dryRun, acceptShrink };
        const { summary, rows } = await runReconcile(request, reconcileFunction);
        all.push(...rows.map((row) => ({ mode: each, ...row })));
        if (!json) console.log(summary);
        if (!json) printRows(rows, { json, nothing: dryRun ? "  nothing to do" : "" });
      }
      if (json) printRows(all, { json, nothing: "" });
    });
  });

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
