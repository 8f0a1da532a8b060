import { Command } from "commander";
import { acceptRestore } from "../lib/ledger/origin.ts";
import { addEvidence } from "./commands/evidence.ts";
import { addExplain } from "./commands/explain.ts";
import { addImport } from "./commands/import.ts";
import { addLooks } from "./commands/look.ts";
import { addMalformed } from "./commands/malformed.ts";
import { addPerson } from "./commands/person.ts";
import { addReconcile } from "./commands/reconcile.ts";
import { addReplay } from "./commands/replay.ts";
import { addSend } from "./commands/send.ts";
import { addShelves } from "./commands/shelves.ts";
import { addUsers } from "./commands/users.ts";
import { confirmByTyping } from "./confirm.ts";
import { describeFailure, WrongUse } from "./failure.ts";
import { printJson } from "./print.ts";
import { exitCodes, Session } from "./session.ts";
import { addStackOptions } from "./stack-options.ts";

/** The operator's command line; its help lists the exit codes. */
const program = addStackOptions(new Command("npm run ops --"))
  .description("Looks into a running stack and decides what waits for an operator.")
  .option("--json", "print JSON instead of tables", false)
  .showHelpAfterError("(add --help for what there is)")
  .configureOutput({ outputError: (text, write) => write(`${text}${hintFor(text)}`) })
  .addHelpText(
    "after",
    `
Each output may be given by itself instead, such as --LedgerTableName NAME or --ledger-table-name NAME.

Exit codes: 0 done; ${exitCodes.failed} failed, or no such thing; 2 wrong usage; ${exitCodes.attention} done, and somebody has to look
(held, parked, no outcome in time, a check that fails, a webhook that would be turned away, a sweep that was skipped, not believed
or not finished, a roster with lines that cannot be read, evidence that does not verify, a second person needed).`,
  )
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

// `release` is there, but below `held`.
function hintFor(error: string): string {
  const [, word] = /unknown command '([^']*)'/.exec(error) ?? [];
  const nouns = program.commands.filter(({ commands }) => commands.some((command) => command.name() === word));
  if (nouns.length === 0) return "";
  return `(Did you mean ${nouns.map((noun) => `${noun.name()} ${word}`).join(" or ")}?)\n`;
}

const session = new Session(program);
addLooks(program, session);
addPerson(program, session);
addUsers(program, session);
addSend(program, session);
addShelves(program, session);
addMalformed(program, session);
addExplain(program, session);
addReconcile(program, session);
addImport(program, session);
addReplay(program, session);
addEvidence(program, session);

program
  .command("ledger")
  .description("a ledger that was restored from a backup")
  .command("accept")
  .description("take it for complete: leavers from before the restore are no longer held")
  .option("--yes", "do not ask", false)
  .action(async ({ yes }: { yes: boolean }) => {
    const { table } = await session.target();
    if (!yes) await confirmByTyping("accept");
    await acceptRestore(table);
    if (session.json) printJson({ accepted: true });
    else console.log("The ledger counts as complete.");
  });

try {
  await program.parseAsync();
} catch (error) {
  console.error(`error: ${describeFailure(error)}`);
  process.exitCode = error instanceof WrongUse ? 2 : exitCodes.failed;
}
