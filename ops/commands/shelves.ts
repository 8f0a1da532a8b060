import type { Command } from "commander";
import { userName } from "../caller.ts";
import { WrongUse } from "../failure.ts";
import { printRows } from "../print.ts";
import type { Session } from "../session.ts";
import { listShelf } from "../shelves.ts";
import { type Decision, type DecisionOptions, decideOne, decideSeveral } from "./decide.ts";
import { parseTime } from "./times.ts";

const decisions: Decision[] = [
  {
    shelf: "HELD",
    name: "held",
    verb: "release",
    description: "let it through; protected people stay protected",
    done: "is on the queue again",
  },
  { shelf: "HELD", name: "held", verb: "dismiss", description: "give it up for good", done: "is dismissed" },
  {
    shelf: "PARKED",
    name: "parked",
    verb: "redrive",
    description: "try it again, once its cause is mended",
    done: "is on the queue again",
  },
  { shelf: "PARKED", name: "parked", verb: "dismiss", description: "give it up for good", done: "is dismissed" },
];

/** `held` and `parked`: what waits for an operator. */
export function addShelves(program: Command, session: Session): void {
  const shelves = [
    { name: "held", shelf: "HELD", description: "events that a guard stopped" },
    { name: "parked", shelf: "PARKED", description: "events that cannot succeed as they are" },
  ] as const;
  for (const { name, shelf, description } of shelves) {
    const command = program.command(name).description(description);
    command
      .command("list")
      .description("show what waits, oldest first")
      .action(async () => {
        const rows = await listShelf(await session.target(), shelf);
        printRows(rows, { json: session.json, nothing: `Nothing is ${name}.` });
      });
    for (const decision of decisions.filter((one) => one.shelf === shelf)) addDecision(command, decision, session);
  }
}

function addDecision(command: Command, decision: Decision, session: Session): void {
  command
    .command(`${decision.verb} [id]`)
    .description(`${decision.description}; one by its id, or --all that fit`)
    .option("--all", "all that wait and fit the options below", false)
    .option("--reason <reason>", "only those that wait for this reason")
    .option("--kind <kind>", "only joiners, leavers, ...")
    .option("--source <source>", "only events from there")
    .option("--before <time>", "only those that have waited since before then, ISO 8601", parseTime)
    .option("--note <text>", `why, for the person's history${decision.verb === "redrive" ? "" : "; required"}`, "")
    .option("--by <name>", "who decides", userName())
    .option("--yes", "do not ask", false)
    .action(async (id: string | undefined, options: DecisionOptions) => {
      if ((id === undefined) === !options.all) throw new WrongUse("name one event by its id, or several with --all");
      if (decision.verb !== "redrive" && options.note.trim() === "")
        throw new WrongUse(`say why with --note: it is what the history keeps of a decision`);
      const connection = await session.connection();
      if (id === undefined) await decideSeveral(connection, decision, options, session);
      else await decideOne(connection, decision, id, options, session);
    });
}
