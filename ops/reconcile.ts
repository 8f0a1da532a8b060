import * as z from "zod/mini";
import { invoke } from "./invoke.ts";
import type { Row } from "./print.ts";

const sweptSchema = z.union([
  z.object({ skipped: z.string() }),
  z.object({
    users: z.number(),
    queued: z.number(),
    trusted: z.optional(z.boolean()),
    distrusted: z.optional(z.array(z.string())),
    plan: z.array(z.object({ wants: z.string(), email: z.string(), userId: z.string() })),
  }),
]);

/** What to run: a mode of the reconcile function, and whether for real. */
export interface ReconcileRequest {
  mode: string;
  dryRun: boolean;
  acceptShrink: boolean;
}

/**
 * Runs one mode of the reconcile function and tells what it would do, or did.
 * @param functionName the deployed one; without it the function's code runs here, against the stack on this machine
 * @throws Error when it failed
 */
export async function runReconcile(
  request: ReconcileRequest,
  functionName: string | undefined,
): Promise<{ summary: string; rows: Row[] }> {
  const swept = sweptSchema.parse(await invoke("reconcile", request, functionName));
  if ("skipped" in swept) return { summary: `${request.mode}: nothing done, the mode is ${swept.skipped}`, rows: [] };
  const believed = swept.trusted === false ? "; the listing is not believed, so nobody is removed" : "";
  const unlisted = swept.distrusted ?? [];
  const missing = unlisted.length > 0 ? `; nobody counts as missing from the listing of ${unlisted.join(", ")}` : "";
  return {
    summary: `${request.mode}: looked at ${swept.users}, queued ${swept.queued}${believed}${missing}`,
    rows: swept.plan.map(({ wants, email, userId }) => ({ wants, email, "user id": userId })),
  };
}
