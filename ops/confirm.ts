import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";

/** Says what a deletion is, before somebody confirms it. */
export function warnOfDeletion(whom: string): void {
  console.error(`Deleting ${whom} at Arize is for ever: nobody can be invited under the same address again.`);
}

/**
 * Has the operator type what they are about to do something to.
 * @throws Error when they typed something else, or nobody is there to type
 */
export async function confirmByTyping(
  what: string,
  input: Readable & { isTTY?: boolean } = process.stdin,
  output: NodeJS.WritableStream = process.stderr,
): Promise<void> {
  if (!input.isTTY) throw new Error("this cannot be undone: add --yes");
  const prompt = createInterface({ input, output });
  const typed = await prompt.question(`This cannot be undone. Type ${what} to go on: `).finally(() => prompt.close());
  if (typed.trim() !== what) throw new Error("that was something else; nothing was done");
}
