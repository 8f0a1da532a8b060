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

/** As `utcSchema`, for providers that write an offset without its colon (`+0000`), or none at all, which is taken for UTC. */
export const looseUtcSchema = z.pipe(
  z.string().check(z.maxLength(40)),
  z.pipe(
    z.transform((text: string) => text.replace(/([+-]\d{2})(\d{2})$/, "$1:$2").replace(/(T[\d:.]+)$/, "$1Z")),
    utcSchema,
  ),
);
