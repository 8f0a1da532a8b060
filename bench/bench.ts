import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import type { Group } from "./group.ts";
import { table, withResults } from "./report.ts";
import type { Row } from "./row.ts";
import { bundles } from "./rows/bundles.ts";
import { client } from "./rows/client.ts";
import { cold } from "./rows/cold.ts";
import { counts } from "./rows/counts.ts";
import { leavers } from "./rows/leavers.ts";
import { parsing } from "./rows/parsing.ts";
import { people } from "./rows/people.ts";
import { sweep } from "./rows/sweep.ts";
import { throughput } from "./rows/throughput.ts";

/** `npm run bench`: measures, and ends with 0 whatever it finds; with 1 when it cannot measure. */
const groups: Record<string, Group> = { bundles, cold, parsing, client, people, counts, sweep, throughput, leavers };

const program = new Command("npm run bench --")
  .description("Compares this project with what it could have been, prints a table and writes it to bench/.")
  .option("--only <groups>", `some of ${Object.keys(groups).join(",")}; writes no results`, parseGroups)
  .option("--rounds <count>", "how often what is compared is run, in turn", parseRounds, 20)
  .allowExcessArguments(false)
  .parse();
const { only, rounds } = program.opts<{ only?: string[]; rounds: number }>();

const folder = mkdtempSync(join(tmpdir(), "bench-"));
const started = performance.now();
const rows: Row[] = [];
try {
  for (const [name, group] of Object.entries(groups)) {
    if (only !== undefined && !only.includes(name)) continue;
    rows.push(...(await group({ folder, rounds, progress: (doing) => tell(`${name}: ${doing}`) })));
  }
} finally {
  rmSync(folder, { recursive: true });
}
tell("");
const date = new Date().toISOString().slice(0, 10);
const results = { node: process.versions.node, date, rows };
console.log(table(rows));
if (only === undefined) {
  const readme = new URL("README.md", import.meta.url);
  writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(readme, withResults(readFileSync(readme, "utf8"), results));
}
process.exit(0);

/** One line that is written over on a terminal, and a line each elsewhere. */
function tell(doing: string): void {
  const seconds = String(Math.round((performance.now() - started) / 1000)).padStart(4);
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${doing && `${seconds} s  ${doing}`}`);
  else if (doing) process.stderr.write(`${seconds} s  ${doing}\n`);
}

function parseGroups(text: string): string[] {
  const names = text.split(",");
  const unknown = names.filter((name) => !Object.hasOwn(groups, name));
  if (unknown.length > 0) throw new InvalidArgumentError(`There is no ${unknown.join()}.`);
  return names;
}

function parseRounds(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError("It has to be a number from 1 to 999.");
}
