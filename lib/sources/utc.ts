import * as z from "zod/mini";
import { instantSchema } from "../lifecycle/event.ts";

/**
 * A moment with any offset and precision; parsing it yields ISO 8601 in UTC with milliseconds. Checked again afterwards:
 * an offset can carry a time out of the years 0000 to 9999.
 */
export const utcSchema = z.pipe(
  instantSchema,
  z.pipe(
    z.transform((instant: string) => new Date(instant).toISOString()),
    instantSchema,
  ),
);
