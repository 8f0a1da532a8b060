import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/**
 * Makes the directory this process's own until `release`, or until the process ends in whatever way. The emulators keep
 * their data open in different ways, and some break when they share it.
 * @throws Error when another process has it
 */
export function lockData(dir: string): { release(): void } {
  try {
    mkdirSync(dir, { recursive: true });
  } catch (cause) {
    throw new Error(`${dir} is not a directory, nor can it be made one`, { cause });
  }
  // SQLite's locks are the system's, which a killed process cannot leave behind.
  const database = new DatabaseSync(join(dir, "lock"));
  try {
    database.exec("BEGIN EXCLUSIVE");
  } catch (cause) {
    database.close();
    throw new Error(`the data in ${dir} is in use by another process`, { cause });
  }
  return { release: () => database.close() };
}
