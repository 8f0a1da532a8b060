import * as z from "zod/mini";

/** An IANA time zone that this runtime knows, such as `Australia/Melbourne`. */
export const timeZoneSchema = z.string().check(
  z.maxLength(60),
  // An offset is accepted by Intl, but it is not where somebody lives: it knows nothing of daylight saving.
  z.regex(/^[A-Za-z]/),
  z.refine(isKnown, { params: { problem: "not an IANA time zone" } }),
);

function isKnown(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone });
    return true;
  } catch {
    return false;
  }
}
