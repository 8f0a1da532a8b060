import { findShelved, type Shelf, type Shelved } from "../../lib/ledger/shelf.ts";
import { decideAll, type ShelfFilter, selectShelved, type Verb } from "../bulk.ts";
import { callerOf } from "../caller.ts";
import { confirmByTyping, warnOfDeletion } from "../confirm.ts";
import type { Connection } from "../connection.ts";
import { printJson, visible } from "../print.ts";
import { Progress } from "../progress.ts";
import { needsAttention, type Session } from "../session.ts";
import { mayDelete, whoIs } from "../shelved-people.ts";
import { dismiss, putBack } from "../shelves.ts";
import { proposed } from "./proposed.ts";

/** What can be decided about an event on a shelf. */
export interface Decision {
  shelf: Shelf;
  /** `held` or `parked`. */
  name: string;
  verb: Verb;
  description: string;
  /** Such as `is on the queue again`. */
  done: string;
}

export interface DecisionOptions extends ShelfFilter {
  note: string;
  by: string;
  all: boolean;
  yes: boolean;
}

/** Decides about one event. @throws Error when nothing waits under that id */
export async function decideOne(
  connection: Connection,
  decision: Decision,
  id: string,
  options: DecisionOptions,
  session: Session,
): Promise<void> {
  const { shelf, name, verb, done } = decision;
  const shelved = await findShelved(connection.table, shelf, id);
  if (shelved !== undefined && !options.yes) await confirmOne(shelved, verb);
  const { by } = await callerOf(connection, options.by);
  const decide = verb === "dismiss" ? dismiss : putBack;
  if (!(await decide(connection, shelf, id, { by, note: options.note }))) {
    throw new Error(`nothing is ${name} under the id ${id}; see: ${session.again(`${name} list`)}`);
  }
  if (session.json) printJson({ done: 1 });
  else console.log(`${id} ${done}.`);
}

/** What deletes somebody, or gives an event up, is asked about; trying anything else again does no harm. */
async function confirmOne(shelved: Shelved, verb: Verb): Promise<void> {
  if (mayDelete(shelved, verb)) warnOfDeletion(whoIs(shelved));
  if (mayDelete(shelved, verb) || verb === "dismiss") await confirmByTyping(whoIs(shelved));
}

/** Decides about all that wait and fit the options, after they have been shown. */
export async function decideSeveral(
  connection: Connection,
  decision: Decision,
  options: DecisionOptions,
  session: Session,
): Promise<void> {
  const { shelf, name, verb } = decision;
  const chosen = await selectShelved(connection, shelf, options);
  if (chosen.length > 0 && !options.yes) {
    for (const one of chosen.slice(0, 20)) console.error(visible(`${one.event.kind} ${whoIs(one)}: ${one.reason}`));
    const deletions = chosen.filter((one) => mayDelete(one, verb)).length;
    if (deletions > 0) warnOfDeletion(`those of the ${deletions} people whom the guards let through`);
    await confirmByTyping(`${verb} ${chosen.length}`);
  }
  const caller = await callerOf(connection, options.by);
  const progress = new Progress(verb, chosen.length);
  const onDone = () => progress.add();
  const answer = await decideAll(connection, chosen, { shelf, verb, caller, note: options.note, onDone });
  progress.end();
  if (session.json) printJson(answer);
  else if ("done" in answer) console.log(`${answer.done} ${name} events: ${verb} is done.`);
  else console.log(proposed(answer.count, "events"));
  if ("proposed" in answer) needsAttention();
}
