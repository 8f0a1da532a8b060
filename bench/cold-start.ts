import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import * as z from "zod/mini";

const resultSchema = z.object({
  /** CPU time of all threads until the module was asked for, of loading it, and of its first answer, in microseconds. */
  start: z.number(),
  init: z.number(),
  invoke: z.number(),
  /** By the wall clock, from event to answer, in milliseconds. */
  invokeMs: z.number(),
  /** The most memory that the process ever had, in KiB. */
  peak: z.number(),
  answer: z.unknown(),
});
export type ColdStart = z.infer<typeof resultSchema>;

/** Loads a bundle in a new process, as Lambda does, and hands it one event. */
export async function coldStart(
  child: string,
  module: string,
  event: unknown,
  { folder, environment }: { folder: string; environment: Record<string, string> },
): Promise<ColdStart> {
  const [eventFile, resultFile] = [join(folder, "event.json"), join(folder, "result.json")];
  writeFileSync(eventFile, JSON.stringify(event));
  const env = { ...environment, AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand", AWS_LAMBDA_FUNCTION_NAME: "bench" };
  await promisify(execFile)(process.execPath, [child, module, eventFile, resultFile], { env });
  return resultSchema.parse(JSON.parse(readFileSync(resultFile, "utf8")));
}
