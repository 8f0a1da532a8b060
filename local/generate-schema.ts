import { writeFile } from "node:fs/promises";
import * as z from "zod/mini";
import { standardEventSchema } from "../lib/sources/standard-event.ts";

/** The JSON Schema of a Standard Webhooks body, made from the schema that reads it. */
export function standardEventJsonSchema(): unknown {
  return {
    title: "A person's lifecycle event",
    description: "The body of a Standard Webhooks request to /webhooks/standard.",
    ...z.toJSONSchema(standardEventSchema, { io: "input" }),
  };
}

if (import.meta.main) {
  const file = new URL("../docs/standard-event.schema.json", import.meta.url);
  await writeFile(file, `${JSON.stringify(standardEventJsonSchema(), null, 2)}\n`);
}
