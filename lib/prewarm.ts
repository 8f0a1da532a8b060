import { isInLambdaInit } from "./config.ts";

/** How much of Lambda's init, which has ten seconds and all of the CPU, warming up may take. */
const deadlineMs = 2_000;

/**
 * Does in Lambda's init what the first invocation would otherwise wait for: reads secrets, opens connections. Nothing
 * depends on it: whatever fails or takes too long is done, or fails again and says so, when it is needed.
 */
export async function prewarm(steps: () => Promise<unknown>): Promise<void> {
  if (!isInLambdaInit()) return;
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, deadlineMs);
  await Promise.race([steps().catch(() => {}), tooLate]);
  clearTimeout(timer);
}
