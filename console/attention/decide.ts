import { findShelved, isWaiting, type Shelved } from "../../lib/ledger/shelf.ts";
import { decideAll, selectShelved, type Verb, verbs } from "../../ops/bulk.ts";
import { callerOf } from "../../ops/caller.ts";
import type { Connection } from "../../ops/connection.ts";
import { WrongUse } from "../../ops/failure.ts";
import { mayDelete, whoIs } from "../../ops/shelved-people.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import type { Fields } from "../forms.ts";
import type { Notice } from "../notices.ts";
import { digestOfShown, nameOf, readQuery, type ShelfQuery } from "./query.ts";

/** The words of a decision, which the history keeps. */
interface Word {
  verb: Verb;
  by: string;
  note: string;
}

function wordOf(fields: Fields, query: ShelfQuery): Word {
  const verb = verbs[query.shelf].find((each) => each === fields.verb);
  const { by, note } = fields;
  if (verb === undefined) throw new WrongUse("say what to do");
  if (by === undefined) throw new WrongUse("say who you are");
  if (note === undefined) throw new WrongUse("say why: the note is what the history keeps");
  return { verb, by, note };
}

/**
 * Decides about one event, in an operator's name.
 * @throws WrongUse when something was left out, also whom it is about where somebody may be deleted or an event is given up
 */
export async function decideOne(connection: Connection, fields: Fields): Promise<Notice> {
  const query = readQuery(fields);
  const { verb, by: name, note } = wordOf(fields, query);
  const id = fields.id ?? "";
  const shelved = await findShelved(connection.table, query.shelf, id);
  if (shelved === undefined || !isWaiting(shelved, Date.now()))
    throw new WrongUse(`nothing waits under the id ${id} any more`);
  if (mustBeTyped(shelved, verb) && fields.typed !== whoIs(shelved))
    throw new WrongUse(`type ${whoIs(shelved)} to ${verb} it: this cannot be undone`);
  const { by } = await callerOf(connection, name);
  const decide = verb === "dismiss" ? dismiss : putBack;
  if (!(await decide(connection, query.shelf, id, { by, note }))) throw new WrongUse("somebody else was faster");
  const what = verb === "dismiss" ? "is dismissed" : "is on the queue again";
  return { tone: "good", text: `The ${shelved.event.kind} of ${whoIs(shelved)} ${what}.` };
}

/** What deletes somebody, or gives an event up, is meant only by who types whom it is about. Pure. */
export function mustBeTyped(shelved: Shelved, verb: Verb): boolean {
  return verb === "dismiss" || mayDelete(shelved, verb);
}

/**
 * Decides about everything that waits and fits a filter. More than `guards.twoPeopleAbove` take a second operator.
 * @throws WrongUse when something was left out, or what waits now is not what the page showed
 */
export async function decideMany(connection: Connection, fields: Fields): Promise<Notice> {
  const query = readQuery(fields);
  const { verb, by: name, note } = wordOf(fields, query);
  const chosen = await selectShelved(connection, query.shelf, query);
  const expected = `${verb} ${chosen.length}`;
  if (chosen.length === 0) throw new WrongUse("nothing fits any more");
  if (fields.seen !== digestOfShown(chosen))
    throw new WrongUse("what waits is not what this page showed any more: nothing was done, look at it again");
  if (fields.typed !== expected) throw new WrongUse(`type "${expected}" to go on`);
  const caller = await callerOf(connection, name);
  const answer = await decideAll(connection, chosen, { shelf: query.shelf, verb, caller, note });
  if ("proposed" in answer) {
    const text = `Proposed for ${answer.count} events, and nothing was done yet: within a day somebody else has to say the same.`;
    return { tone: "wait", text };
  }
  return { tone: "good", text: `${answer.done} ${nameOf(query.shelf)} events: ${verb} is done.` };
}
