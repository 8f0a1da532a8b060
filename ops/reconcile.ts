import * as z from "zod/mini";
import { handler } from "../functions/reconcile.ts";
import type { Row } from "./print.ts";

const sweptSchema = z.object({
  users: z.number(),
  trusted: z.optional(z.boolean()),
  plan: z.array(z.object({ wants: z.string(), email: z.string(), userId: z.string() })),
});

const longestMs = 15 * 60_000;

/** Runs one mode of the reconcile function and tells what it would do, or did. */
export async function runReconcile(
  mode: string,
  options: { dryRun: boolean; acceptShrink: boolean },
): Promise<{ summary: string; rows: Row[] }> {
  const end = Date.now() + longestMs;
  const context = { getRemainingTimeInMillis: () => end - Date.now() };
  const swept = sweptSchema.parse(await Reflect.apply(handler, undefined, [{ mode, ...options }, context]));
  const believed = swept.trusted === false ? "; the listing is not believed, so nobody is removed" : "";
  return {
    summary: `${mode}: looked at ${swept.users}${believed}`,
    rows: swept.plan.map(({ wants, email, userId }) => ({ wants, email, "user id": userId })),
  };
}
