import { describeIssues } from "../issues.ts";
import { eventSchema, type LifecycleEvent } from "../lifecycle/event.ts";
import { label } from "./label.ts";
import type { Normalized } from "./source.ts";

/** What came of one element of a hook: an event, nothing that concerns us, or what is wrong with it, without its values. */
export type Element = { event: LifecycleEvent } | { problem: string } | "ignored";

/** An event that a source has put together, checked as it will be once more behind the queue. */
export function checked(event: LifecycleEvent): Element {
  const result = eventSchema.safeParse(event);
  return result.success ? { event: result.data } : { problem: describeIssues(result.error) };
}

/**
 * Puts what came of an element where it belongs. @param about the provider's type and id of it, which are text from outside
 */
export function sortInto(
  normalized: Normalized,
  element: Element,
  about: { type: string; id: string | undefined },
): void {
  if (element === "ignored") normalized.ignored.push(label(about.type));
  else if ("event" in element) normalized.events.push(element.event);
  else normalized.bad.push({ id: about.id === undefined ? undefined : label(about.id), problem: element.problem });
}
