import * as z from "zod/mini";
import { account, region } from "./environment.ts";
import { type Answer, type Failure, type Invocation, invocationSchema } from "./worker-messages.ts";

/**
 * The process that a function runs in: `worker-process.ts <name> <module URL>`, forked with a channel. It imports the
 * module, as a cold start does, and then answers invocations until the parent goes away.
 */
type Handler = (event: unknown, context: unknown) => unknown;
const moduleSchema = z.object({ handler: z.custom<Handler>((value) => typeof value === "function") });

const [functionName = "", moduleUrl = ""] = process.argv.slice(2);

// Ctrl-C reaches the whole process group; the parent lets what is running end and then closes the channel.
process.on("SIGINT", () => {});
process.on("SIGTERM", () => {});
process.on("disconnect", () => process.exit(0));

try {
  const { handler } = moduleSchema.parse(await import(moduleUrl));
  process.on("message", (message) => run(handler, invocationSchema.parse(message)));
  answer({ type: "ready" });
} catch (error) {
  console.error(error instanceof Error ? error.stack : "not an error");
  answer({ type: "broken", error: describe(error) }, () => process.exit(1));
}

async function run(handler: Handler, invocation: Invocation): Promise<void> {
  const { id } = invocation;
  try {
    answer({ type: "result", id, result: await handler(invocation.event, contextOf(invocation)) });
  } catch (error) {
    answer({ type: "error", id, error: describe(error) });
  }
}

/** Lambda's context, without the callbacks of its first years. */
function contextOf({ id, deadline }: Invocation) {
  return {
    awsRequestId: id,
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:${region}:${account}:function:${functionName}`,
    memoryLimitInMB: "1024",
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `local/[$LATEST]${process.pid}`,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
}

function describe(error: unknown): Failure {
  return error instanceof Error
    ? { name: error.name, message: error.message }
    : { name: "Error", message: typeof error };
}

function answer(message: Answer, sent: () => void = () => {}): void {
  // The parent may be gone already; then nobody wants the answer, and `disconnect` ends this process.
  process.send?.(message, undefined, undefined, sent);
}
