import type { Command } from "commander";
import { confirmByTyping } from "../confirm.ts";
import { dismissMalformed, listMalformedMessages } from "../malformed.ts";
import { printJson, printRows } from "../print.ts";
import type { Session } from "../session.ts";

/** `malformed`: messages that are no events, which no shelf has and whose dead letters ring all the same. */
export function addMalformed(program: Command, session: Session): void {
  const malformed = program
    .command("malformed")
    .description("messages on the dead-letter queues that this version cannot read");
  malformed
    .command("list")
    .description("show them, and what is wrong with each, but nothing of what they say")
    .action(async () => {
      const rows = await listMalformedMessages(await session.connection());
      printRows(rows, { json: session.json, nothing: "No message is malformed." });
    });
  malformed
    .command("dismiss <id>")
    .description("delete one for good; what a newer version can read is parked by itself once that is deployed")
    .option("--yes", "do not ask", false)
    .action(async (id: string, { yes }: { yes: boolean }) => {
      if (!yes) await confirmByTyping(id, "Nobody can tell what it meant then.");
      if (!(await dismissMalformed(await session.connection(), id))) {
        const list = session.again("malformed list");
        throw new Error(
          `no malformed message ${id} is to be seen; others may be looking, so try again in a minute: ${list}`,
        );
      }
      if (session.json) printJson({ done: 1 });
      else console.log(`${id} is dismissed.`);
    });
}
