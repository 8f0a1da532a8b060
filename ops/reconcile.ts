import * as z from "zod/mini";
import { invoke } from "./invoke.ts";
import type { Row } from "./print.ts";

const sweptSchema = z.union([
  z.object({ skipped: z.string() }),
  z.object({
    /** False when its time was up: the next run goes on. */
    finished: z.boolean(),
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

/** What came of a run. */
export interface Ran {
  summary: string;
  /** Whether all of it was looked at, and believed. */
  isWhole: boolean;
  rows: Row[];
}

/**
 * Runs one mode of the reconcile function and tells what it would do, or did.
 * @param functionName the deployed one; without it the function's code runs here, against the stack on this machine
 * @throws Error when it failed
 */
export async function runReconcile(request: ReconcileRequest, functionName: string | undefined): Promise<Ran> {
  const swept = sweptSchema.parse(await invoke("reconcile", request, functionName));
  if ("skipped" in swept) {
    return { summary: `${request.mode}: nothing done, the mode is ${swept.skipped}`, isWhole: false, rows: [] };
  }
  const { users, queued, finished, trusted = true, distrusted = [], plan } = swept;
  const doubts = [
    ...(trusted ? [] : ["the listing is not believed, so nobody is removed"]),
    ...(distrusted.length > 0 ? [`nobody counts as missing from the listing of ${distrusted.join(", ")}`] : []),
    ...(finished ? [] : ["to be continued: its time was up, and the next run goes on from there"]),
  ];
  return {
    summary: [`${request.mode}: looked at ${users}, queued ${queued}`, ...doubts].join("; "),
    isWhole: doubts.length === 0,
    rows: plan.map(({ wants, email, userId }) => ({ wants, email, "user id": userId })),
  };
}
