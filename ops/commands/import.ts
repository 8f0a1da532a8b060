import { stat } from "node:fs/promises";
import type { Command } from "commander";
import { callerOf, userName } from "../caller.ts";
import { type AtArize, compare, type PlanEntry } from "../comparison.ts";
import { confirmByTyping, deletesNobody, warnOfDeletion } from "../confirm.ts";
import type { Connection } from "../connection.ts";
import { applyPlan, isWanted, readEverybody } from "../import.ts";
import { visible } from "../print.ts";
import { Progress } from "../progress.ts";
import { signedBy } from "../second-person.ts";
import { needsAttention, type Session } from "../session.ts";
import { proposed } from "./proposed.ts";

interface ImportOptions {
  apply: boolean;
  remove: boolean;
  by: string;
  yes: boolean;
}

const shownOfEach = 20;

/** `import`: a roster of everybody who works there, compared with Arize. */
export function addImport(program: Command, session: Session): void {
  program
    .command("import <roster>")
    .description("compare a CSV of everybody with Arize: the plan first, then --apply through the queue and its guards")
    .option("--apply", "queue what the plan asks for", false)
    .option("--remove", "with --apply: also leavers for those who are merely missing from the roster", false)
    .option("--by <name>", "who asks for it", userName())
    .option("--yes", "do not ask", false)
    .addHelpText(
      "after",
      "\nColumns: email, and if you like name, role, is_developer (true, false), department, title, groups (a;b), status (active, inactive).",
    )
    .action((roster: string, options: ImportOptions) => importRoster(session, roster, options));
}

async function importRoster(session: Session, roster: string, options: ImportOptions): Promise<void> {
  const connection = await session.connection();
  const atArize = await listEverybody(connection);
  const plan = () => compare(roster, atArize, connection);
  const { mtimeMs } = await stat(roster);
  const { counts, wanted } = await show(plan(), options, session.json);
  const unreadable = counts.get("unreadable") ?? 0;
  if (unreadable > 0) {
    needsAttention();
    console.error("Who is missing from the roster is not told: they may be on a line that cannot be read.");
    if (options.apply) throw new Error("nothing was queued: mend the lines that cannot be read first");
  }
  if (!options.apply || wanted.length === 0) return;
  const leavers = wanted.flatMap(({ kind, email }) => (kind === "leaver" && email !== undefined ? [email] : []));
  if (leavers.length > 0) warnOfDeletion(`those of the ${leavers.length} leavers whom the guards let through`);
  if (!options.yes) await confirmByTyping(`apply ${wanted.length}`, leavers.length > 0 ? undefined : deletesNobody);
  // The file is read again, and has to be what was shown.
  if ((await stat(roster)).mtimeMs !== mtimeMs) throw new Error("the roster changed meanwhile: nothing was queued");
  const people = leavers.map((email) => connection.identity.person(email));
  const by = await signedBy(connection, "import", people, await callerOf(connection, options.by));
  if (by === undefined) {
    console.error(proposed(leavers.length, "leavers"));
    return needsAttention();
  }
  const progress = new Progress("queued", wanted.length);
  const onSent = (count: number) => progress.add(count);
  const sent = await applyPlan(connection, plan(), { remove: options.remove, by, onSent });
  progress.end();
  console.error(`${sent} events are on the queue; ${session.again("status")} shows them being worked.`);
}

async function listEverybody(connection: Connection): Promise<AtArize> {
  const listing = new Progress("users at Arize");
  const atArize = await readEverybody(connection, (count) => listing.add(count));
  listing.end();
  return atArize;
}

/** Prints a plan as it is read: all of it as JSON, else some of each sort and how many there are. */
async function show(plan: AsyncIterable<PlanEntry>, { remove }: ImportOptions, json: boolean) {
  const counts = new Map<string, number>();
  const reading = new Progress("differences");
  const wanted: PlanEntry[] = [];
  if (json) process.stdout.write("[");
  for await (const entry of plan) {
    const count = (counts.get(entry.difference) ?? 0) + 1;
    counts.set(entry.difference, count);
    if (isWanted(entry, { remove })) wanted.push(entry);
    reading.add();
    if (json) process.stdout.write(`${wroteBefore(counts) ? ",\n" : "\n"}${JSON.stringify(entry)}`);
    else if (count <= shownOfEach) console.log(lineOf(entry));
    else if (count === shownOfEach + 1) console.log(`${entry.difference}\t... (--json shows all)`);
  }
  reading.end();
  if (json) process.stdout.write("\n]\n");
  for (const [difference, count] of counts) console.error(`${difference}: ${count}`);
  if (counts.size === 0) console.error("The roster and Arize agree.");
  return { counts, wanted };
}

function wroteBefore(counts: ReadonlyMap<string, number>): boolean {
  return [...counts.values()].reduce((sum, count) => sum + count, 0) > 1;
}

function lineOf({ difference, line, email = "", detail }: PlanEntry): string {
  return [difference, line === undefined ? "" : `line ${line}`, email, detail].map(visible).join("\t");
}
