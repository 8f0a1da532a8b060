import { createInterface } from "node:readline/promises";
import type { Readable } from "node:stream";

/** What is said of something that sends joiners and movers only. */
export const deletesNobody = "Nobody is deleted by it; people may be invited, renamed and mailed.";

/** Says what a deletion is, before somebody confirms it. */
export function warnOfDeletion(whom: string): void {
  console.error(`Deleting ${whom} at Arize is for ever: nobody can be invited under the same address again.`);
}

/** Where an operator reads and types. */
interface Terminal {
  input: Readable & { isTTY?: boolean };
  output: NodeJS.WritableStream;
}

/**
 * Has the operator type what they are about to do something to.
 * @param consequence a sentence that says what typing it means
 * @throws Error when they typed something else, or nobody is there to type
 */
export async function confirmByTyping(
  what: string,
  consequence = "This cannot be undone.",
  { input, output }: Terminal = { input: process.stdin, output: process.stderr },
): Promise<void> {
  if (!input.isTTY) throw new Error("nobody is at a terminal to confirm this: add --yes to go on without being asked");
  const prompt = createInterface({ input, output });
  const typed = await prompt.question(`${consequence} Type ${what} to go on: `).finally(() => prompt.close());
  if (typed.trim() !== what) throw new Error("that was something else; nothing was done");
}
