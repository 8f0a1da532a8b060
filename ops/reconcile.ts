import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
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

const longestMs = 15 * 60_000;

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
  const answer = functionName === undefined ? await runHere(request) : await runThere(request, functionName);
  const swept = sweptSchema.parse(answer);
  if ("skipped" in swept) return { summary: `${request.mode}: nothing done, the mode is ${swept.skipped}`, rows: [] };
  const believed = swept.trusted === false ? "; the listing is not believed, so nobody is removed" : "";
  const unlisted = swept.distrusted ?? [];
  const missing = unlisted.length > 0 ? `; nobody counts as missing from the listing of ${unlisted.join(", ")}` : "";
  return {
    summary: `${request.mode}: looked at ${swept.users}, queued ${swept.queued}${believed}${missing}`,
    rows: swept.plan.map(({ wants, email, userId }) => ({ wants, email, "user id": userId })),
  };
}

async function runHere(request: ReconcileRequest): Promise<unknown> {
  // Loaded only now: it reads its environment when it starts.
  const { handler } = await import("../functions/reconcile.ts");
  const end = Date.now() + longestMs;
  const write = process.stdout.write;
  // A function's log and metrics are for CloudWatch, not among what a command answers.
  process.stdout.write = () => true;
  try {
    return await Reflect.apply(handler, undefined, [request, { getRemainingTimeInMillis: () => end - Date.now() }]);
  } finally {
    process.stdout.write = write;
  }
}

async function runThere(request: ReconcileRequest, FunctionName: string): Promise<unknown> {
  // A second attempt would start a second run.
  const client = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: longestMs } });
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
  const payload: unknown = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || "null");
  if (answer.FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${JSON.stringify(payload)}`);
  return payload;
}
