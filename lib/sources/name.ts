import { nameSchema } from "../lifecycle/event.ts";

/** A name, or its parts in the order in which they are said. */
export type NameCandidate = string | null | undefined | readonly (string | null | undefined)[];

/**
 * A person's name from what a provider says, best first: the whole name in the provider's own order where it has one, else
 * its parts in the order given, else the display name. What is no name (empty, too long, a placeholder) is passed over;
 * without any, the person is named by their mailbox when they are created.
 */
export function firstName(...candidates: readonly NameCandidate[]): string | undefined {
  for (const candidate of candidates) {
    const whole = typeof candidate === "object" && candidate !== null ? joined(candidate) : candidate;
    const name = nameSchema.safeParse(whole);
    if (name.success && name.data.toLowerCase() !== "unknown") return name.data;
  }
  return undefined;
}

function joined(parts: readonly (string | null | undefined)[]): string {
  return parts
    .map((part) => part?.trim())
    .filter((part) => part)
    .join(" ");
}
