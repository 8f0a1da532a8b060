import type { Command } from "commander";
import { callerOf, userName } from "../caller.ts";
import { confirmByTyping } from "../confirm.ts";
import { forget } from "../forget.ts";
import { describeForgotten } from "../forgotten.ts";
import { reportPerson, timeline } from "../person.ts";
import { printJson, printRows, visible } from "../print.ts";
import { addressOf } from "../send.ts";
import { exitCodes, type Session } from "../session.ts";

/** `person`: is somebody out, since when, who asked for it, why was nothing done; and what to erase. */
export function addPerson(program: Command, session: Session): void {
  const person = program
    .command("person")
    .description("whether somebody is in or out, since when and why, and all that happened to them")
    .argument("<email>")
    .action(async (email: string) => {
      const report = await reportPerson(await session.connection(), email);
      if (session.json) printJson(report);
      else {
        for (const line of report.answer) console.log(visible(line));
        for (const command of report.next) console.log(`  ${visible(session.again(command))}`);
        if (report.history.length > 0) console.log("");
        printRows(timeline(report.history), { json: false, nothing: "" });
      }
      if (report.history.length === 0 && report.atArize === null) process.exitCode = exitCodes.failed;
    });
  person
    .command("forget")
    .description("erase what is kept about a person who is gone; that they are gone stays known, without their address")
    .argument("<email>")
    .option("--yes", "do not ask", false)
    .option("--by <name>", "who decides", userName())
    .action(async (typed: string, { yes, by }: { yes: boolean; by: string }) => {
      const email = addressOf(typed);
      if (!yes) await confirmByTyping(email);
      const connection = await session.connection();
      const forgotten = await forget(connection, email, (await callerOf(connection, by)).by);
      if (session.json) printJson(forgotten);
      else for (const line of describeForgotten(forgotten)) console.log(line);
    });
}
