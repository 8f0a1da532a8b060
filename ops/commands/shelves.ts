import { userInfo } from "node:os";
import type { Command } from "commander";
import type { Shelf } from "../../lib/ledger/shelf.ts";
import { type BulkRequest, decideAll, type ShelfFilter, selectShelved } from "../bulk.ts";
import { callerOf } from "../caller.ts";
import { confirmByTyping } from "../confirm.ts";
import type { Connection } from "../connection.ts";
import { WrongUse } from "../failure.ts";
import { printJson, printRows } from "../print.ts";
import { Progress } from "../progress.ts";
import { needsAttention, type Session } from "../session.ts";
import { dismiss, listShelf, putBack } from "../shelves.ts";

interface Decision {
  shelf: Shelf;
  /** `held` or `parked`. */
  name: string;
  verb: BulkRequest["verb"];
  description: string;
  /** Such as `is on the queue again`. */
  done: string;
}

interface DecisionOptions extends ShelfFilter {
  note: string;
  by: string;
  all: boolean;
  yes: boolean;
}

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
    .option("--before <time>", "only those that have waited since before then, ISO 8601")
    .option("--note <text>", "why, for the person's history", "")
    .option("--by <name>", "who decides", userInfo().username)
    .option("--yes", "do not ask about several at once", false)
    .action(async (id: string | undefined, options: DecisionOptions) => {
      if ((id === undefined) === !options.all) throw new WrongUse("name one event by its id, or several with --all");
      const connection = await session.connection();
      if (id === undefined) await decideSeveral(connection, decision, options, session);
      else await decideOne(connection, decision, id, options, session);
    });
}

async function decideOne(
  connection: Connection,
  decision: Decision,
  id: string,
  options: DecisionOptions,
  session: Session,
): Promise<void> {
  const { shelf, name, verb, done } = decision;
  const { by } = await callerOf(connection, options.by);
  const decide = verb === "dismiss" ? dismiss : putBack;
  if (!(await decide(connection, shelf, id, { by, note: options.note }))) {
    throw new Error(`nothing is ${name} under the id ${id}; see: npm run ops -- ${name} list`);
  }
  if (session.json) printJson({ done: 1 });
  else console.log(`${id} ${done}.`);
}

async function decideSeveral(
  connection: Connection,
  decision: Decision,
  options: DecisionOptions,
  session: Session,
): Promise<void> {
  const { shelf, name, verb } = decision;
  if (options.before !== undefined && Number.isNaN(Date.parse(options.before)))
    throw new WrongUse("--before is no time");
  const chosen = await selectShelved(connection, shelf, options);
  if (chosen.length > 0 && !options.yes) {
    for (const { event, reason } of chosen.slice(0, 20))
      console.error(`${event.kind} ${event.person.email ?? event.person.externalId}: ${reason}`);
    await confirmByTyping(`${verb} ${chosen.length}`);
  }
  const caller = await callerOf(connection, options.by);
  const progress = new Progress(verb, chosen.length);
  const onDone = () => progress.add();
  const answer = await decideAll(connection, chosen, { shelf, verb, caller, note: options.note, onDone });
  progress.end();
  if (session.json) printJson(answer);
  else if ("done" in answer) console.log(`${answer.done} ${name} events: ${verb} is done.`);
  else
    console.log(
      `Proposed for ${answer.count} events. Within a day somebody else has to run the same command; nothing was done yet.`,
    );
  if ("proposed" in answer) needsAttention();
}
