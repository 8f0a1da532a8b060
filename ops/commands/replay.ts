import type { Command } from "commander";
import { callerOf, userName } from "../caller.ts";
import { confirmByTyping, deletesNobody, warnOfDeletion } from "../confirm.ts";
import { printJson, printRows } from "../print.ts";
import { Progress } from "../progress.ts";
import { planReplay, replay } from "../replay.ts";
import { needsAttention, type Session } from "../session.ts";
import { proposed } from "./proposed.ts";
import { checkPeriod, parseTime } from "./times.ts";

interface ReplayOptions {
  from: string;
  to: string;
  dryRun: boolean;
  yes: boolean;
  note: string;
  by: string;
}

/** `replay`: what a period's events could still do. */
export function addReplay(program: Command, session: Session): void {
  program
    .command("replay")
    .description("do again what was parked, or merely observed, in a period; the ledger keeps nothing else whole")
    .requiredOption("--from <time>", "received since then, ISO 8601", parseTime)
    .requiredOption("--to <time>", "and before then", parseTime)
    .option("--dry-run", "show what can be done again and what only its source can send again", false)
    .option("--note <text>", "why, for the people's history", "")
    .option("--by <name>", "who decides", userName())
    .option("--yes", "do not ask", false)
    .action((options: ReplayOptions) => replayPeriod(session, options));
}

async function replayPeriod(session: Session, { from, to, dryRun, yes, note, by }: ReplayOptions): Promise<void> {
  checkPeriod(from, to);
  const connection = await session.connection();
  const reading = new Progress("items of the ledger");
  const plan = await planReplay(connection, { from, to }, (count) => reading.add(count));
  reading.end();
  const possible = plan.filter(({ how }) => how !== "cannot");
  const rows = plan.map(({ how, event, kind, email, receivedAt, outcome, detail }) => ({
    how,
    kind,
    person: email,
    received: receivedAt,
    outcome,
    detail,
    event,
  }));
  if (!session.json || dryRun)
    printRows(rows, { json: session.json, nothing: "Nothing of that period can or need be done again." });
  if (dryRun || possible.length === 0) return;
  const deletions = possible.filter(({ mayDelete }) => mayDelete).length;
  if (deletions > 0) warnOfDeletion(`those of the ${deletions} people whom the guards let through`);
  if (!yes) await confirmByTyping(`replay ${possible.length}`, deletions > 0 ? undefined : deletesNobody);
  const progress = new Progress("queued", possible.length);
  const caller = await callerOf(connection, by);
  const answer = await replay(connection, plan, { caller, note }, () => progress.add());
  progress.end();
  if (session.json) printJson({ ...answer, plan: rows });
  else console.log("done" in answer ? `${answer.done} events are on the queue.` : proposed(answer.count, "events"));
  if ("proposed" in answer) needsAttention();
}
