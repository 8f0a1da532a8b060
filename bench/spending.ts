import * as z from "zod/mini";

/**
 * One of the functions (`?of=provision`), which also says how much CPU its process has taken so far: `{ spent: <microseconds> }`
 * for the event `"spent"`.
 */
type Handler = (event: unknown, context: unknown) => unknown;
const moduleSchema = z.object({ handler: z.custom<Handler>((value) => typeof value === "function") });

const name = new URL(import.meta.url).searchParams.get("of") ?? "";
const { handler: inner } = moduleSchema.parse(await import(`../functions/${name}.ts`));

export const handler: Handler = (event, context) => {
  if (event !== "spent") return inner(event, context);
  const { user, system } = process.cpuUsage();
  return { spent: user + system };
};
