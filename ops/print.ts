import { styleText } from "node:util";

/** One thing to show: its fields by their headings, in the order in which they are shown. */
export type Row = Record<string, string | number | undefined>;

/** Where answers go; tables and colours are for terminals only. */
export interface Output {
  isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Prints an answer as JSON. */
export function printJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}

/**
 * Prints rows as JSON, one array; as a table on a terminal; else a line each with tabs between, for other programs. `nothing` is
 * said when there is none.
 */
export function printRows(rows: readonly Row[], { json, nothing }: { json: boolean; nothing: string }): void {
  if (json) printJson(rows);
  else if (rows.length > 0) for (const line of linesOf(rows, process.stdout)) console.log(line);
  else if (nothing !== "") console.log(nothing);
}

/** Prints a few named facts. */
export function printFacts(facts: Row): void {
  const known = Object.entries(facts).filter(([, value]) => value !== undefined);
  const width = Math.max(...known.map(([name]) => name.length));
  for (const [name, value] of known) console.log(`${`${name}:`.padEnd(width + 1)} ${visible(value)}`);
}

/** The lines of a table, or with tabs where the output is no terminal. Pure but for asking whether colours are wanted. */
export function linesOf(rows: readonly Row[], output: Output): string[] {
  const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.map((row) => headings.map((heading) => visible(row[heading])));
  if (output.isTTY !== true) return [headings, ...cells].map((line) => line.join("\t"));
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((line) => line[column]?.length ?? 0)),
  );
  const padded = (line: string[], paint: (cell: string, padded: string) => string) =>
    line
      .map((cell, column) => paint(cell, column === line.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return [padded(headings, (_, text) => styleText("bold", text)), ...cells.map((line) => padded(line, colour))];
}

const good = ["removed", "invited", "created", "renewed", "updated", "ok", "active", "finished"];
const waiting = ["held", "warn", "invited", "expired", "waiting", "scheduled", "stale", "distrusted"];
const bad = ["parked", "fail", "no"];

function colour(cell: string, text: string): string {
  if (bad.includes(cell)) return styleText("red", text);
  if (good.includes(cell)) return styleText("green", text);
  return waiting.includes(cell) ? styleText("yellow", text) : text;
}

/** Ids and notes come from others: escape sequences in them must not reach a terminal, nor a line break split the line. */
export function visible(value: string | number | undefined): string {
  return String(value ?? "-").replace(/\p{Cc}+/gu, " ");
}
