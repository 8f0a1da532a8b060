import * as z from "zod/mini";

/** What the parent sends to a function's process; the event as JSON, as Lambda hands it over. */
export const invocationSchema = z.object({
  id: z.string(),
  event: z.unknown(),
  /** Epoch milliseconds at which the parent ends the process. */
  deadline: z.number(),
});
export type Invocation = z.infer<typeof invocationSchema>;

const failure = z.object({ name: z.string(), message: z.string() });
export type Failure = z.infer<typeof failure>;

/** What a function's process answers: once `ready` or `broken`, then one `result` or `error` an invocation. */
export const answerSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("broken"), error: failure }),
  z.object({ type: z.literal("result"), id: z.string(), result: z.optional(z.unknown()) }),
  z.object({ type: z.literal("error"), id: z.string(), error: failure }),
]);
export type Answer = z.infer<typeof answerSchema>;
