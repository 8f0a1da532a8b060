import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as z from "zod/mini";

const environmentSchema = z.record(z.string(), z.string());

/**
 * What a running `npm start` tells the operator's commands about itself: the variables of its functions, by which they find
 * its configuration and its Arize too. Holds no secrets, only their names.
 */
export function writeRunFile(portBase: number, environment: Readonly<Record<string, string>>): { remove(): void } {
  const file = pathOf(portBase);
  writeFileSync(file, JSON.stringify(environment), { mode: 0o600 });
  return { remove: () => rmSync(file, { force: true }) };
}

/** What the last `npm start` on these ports told; `undefined` when there was none, or it ended in an orderly way. */
export function readRunFile(portBase: number): Record<string, string> | undefined {
  try {
    return environmentSchema.parse(JSON.parse(readFileSync(pathOf(portBase), "utf8")));
  } catch {
    return undefined;
  }
}

function pathOf(portBase: number): string {
  return join(tmpdir(), `arize-user-lifecycle-${portBase}.json`);
}
