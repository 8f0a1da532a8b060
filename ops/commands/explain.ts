import type { Command } from "commander";
import { explain } from "../explain.ts";
import { printJson, printRows } from "../print.ts";
import { needsAttention, type Session } from "../session.ts";

/** `explain`: what would become of a webhook. */
export function addExplain(program: Command, session: Session): void {
  program
    .command("explain <file>")
    .description("tell what would become of a webhook now, and change nothing; - reads it from standard input")
    .requiredOption("--source <name>", "whose webhook it is, such as okta")
    .option("--header <name:value>", "one of its headers, for the signature; repeat it", collect, [])
    .addHelpText("after", "\nEnds with 3 when the door would turn it away.")
    .action(async (file: string, { source, header }: { source: string; header: string[] }) => {
      await session.target();
      const { door, letIn, rows } = await explain({ file, source, headers: header });
      if (session.json) printJson({ door, letIn, events: rows });
      else {
        for (const line of door) console.log(`${source}: ${line}`);
        printRows(rows, { json: false, nothing: "There is no event in it." });
      }
      if (!letIn) needsAttention();
    });
}

function collect(value: string, earlier: string[]): string[] {
  return [...earlier, value];
}
