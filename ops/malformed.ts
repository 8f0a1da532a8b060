import { listMalformed, unshelveMalformed } from "../lib/ledger/malformed.ts";
import { parseEvent } from "../lib/lifecycle/event.ts";
import { type DeadLetter, type Lane, malformedGroup } from "../lib/queue.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./print.ts";

const lanes: readonly Lane[] = ["leavers", "changes"];

/**
 * The messages on the dead-letter queues that are no events, by the ids that the log and the ledger name, each with what is wrong
 * with it: fields and rules, nothing of what it says. @throws RetryLater
 */
export async function listMalformedMessages({ queue, table }: Pick<Connection, "queue" | "table">): Promise<Row[]> {
  const known = new Map((await listMalformed(table)).map((id) => [malformedGroup(id), id]));
  const rows: Row[] = [];
  for (const lane of lanes) {
    for (const letter of await queue.listDeadLetters(lane)) {
      const problem = problemOf(letter);
      if (problem === undefined) continue;
      const id = known.get(letter.group) ?? letter.messageId;
      rows.push({ id, lane, since: new Date(letter.sentAt).toISOString(), problem });
    }
  }
  return rows;
}

/**
 * Takes a message that is no event off its dead-letter queue, for good.
 * @returns false when none of that id is visible there now
 * @throws RetryLater
 */
export async function dismissMalformed(
  { queue, table }: Pick<Connection, "queue" | "table">,
  id: string,
): Promise<boolean> {
  const isMeant = (letter: DeadLetter) =>
    (letter.messageId === id || letter.group === malformedGroup(id)) && problemOf(letter) !== undefined;
  let deleted = 0;
  for (const lane of lanes) deleted += await queue.deleteDeadLetters(lane, isMeant);
  if (deleted > 0) await unshelveMalformed(table, id);
  return deleted > 0;
}

function problemOf({ body }: DeadLetter): string | undefined {
  try {
    parseEvent(body);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "cannot be read";
  }
}
