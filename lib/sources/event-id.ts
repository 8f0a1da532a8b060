import { createHash } from "node:crypto";
import * as z from "zod/mini";

/** An id as providers give them, text or a whole number; parsing it yields text. */
export const providerIdSchema = z.pipe(
  z.union([z.string().check(z.minLength(1), z.maxLength(64)), z.int()]),
  z.transform(String),
);

/**
 * What stands for an event whose provider gives it no id: SHA-256 in hex of the parts that identify it. A delivery that is
 * repeated has the same parts, and is a duplicate by that.
 */
export function hashOf(parts: readonly unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
