/** One thing to show: its fields by their headings, in the order in which they are shown. */
export type Row = Record<string, string | number | undefined>;

/** Prints rows as JSON, one array, or as a table for people; `nothing` is said when there is none. */
export function printRows(rows: readonly Row[], { json, nothing }: { json: boolean; nothing: string }): void {
  if (json) console.log(JSON.stringify(rows, null, 2));
  else if (rows.length > 0) for (const line of tableOf(rows)) console.log(line);
  else if (nothing !== "") console.log(nothing);
}

function tableOf(rows: readonly Row[]): string[] {
  const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [headings, ...rows.map((row) => headings.map((heading) => String(row[heading] ?? "-")))];
  const widths = headings.map((_, column) => Math.max(...cells.map((line) => line[column]?.length ?? 0)));
  return cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
