import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { compare, type PlanEntry } from "../../ops/comparison.ts";
import { readEverybody } from "../../ops/import.ts";
import { operator } from "./operator.ts";

/** What the lines behind the heading `email,name,role,is_developer,status` differ in from Arize. */
export async function planOf(...lines: string[]) {
  const folder = mkdtempSync(join(tmpdir(), "roster-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "roster.csv");
  writeFileSync(file, ["email,name,role,is_developer,status", ...lines, ""].join("\n"));
  const connection = await operator();
  const atArize = await readEverybody(connection, () => {});
  const entries: PlanEntry[] = [];
  for await (const entry of compare(file, atArize, connection)) entries.push(entry);
  const again = () => compare(file, atArize, connection);
  return {
    connection,
    entries,
    again,
    told: entries.map(({ difference, email }) => `${difference} ${email ?? ""}`.trim()),
  };
}
/** A line about the owner of the API key. */
export const owner = "owner@example.com,Key Owner,admin,,";
