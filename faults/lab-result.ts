import * as z from "zod/mini";

const zeros = [
  "lost",
  "wronglyDeleted",
  "overBudget",
  "leftBehind",
  "missing",
  "outOfDate",
  "stuck",
  "mailedTooOften",
  "told",
] as const;
const resultSchema = z.object(Object.fromEntries(zeros.map((name) => [name, z.number()])));

/**
 * Which of its zeros are none, by what the lab printed with `--json`; `undefined` when that is no result: a lab that could not run
 * has noticed nothing.
 */
export function nonZeros(stdout: string): string | undefined {
  const last = stdout.trim().split("\n").at(-1) ?? "";
  if (!last.startsWith("{")) return undefined;
  const counts = Object.entries(resultSchema.parse(JSON.parse(last)));
  return counts.flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : [])).join(", ");
}
