import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";

const longestMs = 15 * 60_000;

/**
 * Runs a function and returns its answer.
 * @param functionName the deployed one; without it the function's code runs here, against the same queues and table
 * @throws Error when it failed
 */
export function invoke(
  file: "reconcile" | "sign-evidence",
  request: object,
  functionName: string | undefined,
): Promise<unknown> {
  return functionName === undefined ? runHere(file, request) : runThere(request, functionName);
}

async function runHere(file: "reconcile" | "sign-evidence", request: object): Promise<unknown> {
  // Loaded only now: it reads its environment when it starts.
  const { handler } =
    file === "reconcile" ? await import("../functions/reconcile.ts") : await import("../functions/sign-evidence.ts");
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

async function runThere(request: object, FunctionName: string): Promise<unknown> {
  // A second attempt would start a second run.
  const client = new LambdaClient({ maxAttempts: 1, requestHandler: { requestTimeout: longestMs } });
  const answer = await client.send(new InvokeCommand({ FunctionName, Payload: JSON.stringify(request) }));
  const payload: unknown = JSON.parse(Buffer.from(answer.Payload ?? []).toString() || "null");
  if (answer.FunctionError !== undefined) throw new Error(`${FunctionName} failed: ${reasonOf(payload)}`);
  return payload;
}

function reasonOf(payload: unknown): string {
  const known = typeof payload === "object" && payload !== null && "errorMessage" in payload;
  return known ? String(payload.errorMessage) : JSON.stringify(payload);
}
