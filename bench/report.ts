import type { Row } from "./row.ts";

export interface Results {
  /** The version that measured. */
  node: string;
  date: string;
  rows: readonly Row[];
}

const marker = "<!-- What follows is written by `npm run bench`. -->";

/** A README with these results in the place of the last ones, which are all that stands after its marker. */
export function withResults(readme: string, { node, date, rows }: Results): string {
  const [head = ""] = readme.split(marker);
  const [titles = [], ...lines] = cellsOf(rows);
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const said = `\`npm run bench\` on ${date}, Node ${node}:`;
  return [`${head}${marker}`, "", said, "", line(titles), line(titles.map(() => "---")), ...lines.map(line), ""].join(
    "\n",
  );
}

/** The rows as a table for a terminal. */
export function table(rows: readonly Row[]): string {
  const cells = cellsOf(rows);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) => line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")).join("\n");
}

/** The titles, and then each row, by the numbers of their goals. */
function cellsOf(rows: readonly Row[]): string[][] {
  const sorted = [...rows].sort((left, right) => Number.parseInt(left.name, 10) - Number.parseInt(right.name, 10));
  const cells = sorted.map(({ name, goal, value, spread, verdict }) => {
    return [name, goal, String(value), spread ? `${spread[0]} - ${spread[1]}` : "", verdict];
  });
  return [["what", "goal", "figure", "spread", "verdict"], ...cells];
}
