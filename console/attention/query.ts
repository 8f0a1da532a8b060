import type { Shelf, Shelved } from "../../lib/ledger/shelf.ts";
import type { ShelfFilter } from "../../ops/bulk.ts";
import { WrongUse } from "../../ops/failure.ts";
import { digestOf } from "../../ops/second-person.ts";
import type { Fields } from "../forms.ts";

/** Which events of which shelf a page shows, or a form is about. */
export interface ShelfQuery extends ShelfFilter {
  shelf: Shelf;
}

/** `held` and `parked` are how operators speak of the shelves. */
export function nameOf(shelf: Shelf): "held" | "parked" {
  return shelf === "HELD" ? "held" : "parked";
}

/** Reads it from a URL's query or a form. @throws WrongUse for a time that is none: without it the filter would fit more */
export function readQuery({ shelf, reason, kind, source, before }: Fields): ShelfQuery {
  if (before && Number.isNaN(Date.parse(before)))
    throw new WrongUse("the filter's time is none: such as 2026-11-24T09:00Z");
  return {
    shelf: shelf === "parked" ? "PARKED" : "HELD",
    reason: reason || undefined,
    kind: kind || undefined,
    source: source || undefined,
    before: before || undefined,
  };
}

/** The page that shows it. */
export function pathOf({ shelf, ...filter }: ShelfQuery): string {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams({ shelf: nameOf(shelf), ...Object.fromEntries(given) });
  return `/attention?${query}`;
}

/** What stands for the events that a page shows: a form about all of them is about these, each in this attempt. Pure. */
export function digestOfShown(shown: readonly Shelved[]): string {
  return digestOf(shown.map(({ event }) => `${event.id} ${event.attempt}`));
}

/** The values by which what waits can be told apart, each once. Pure. */
export function choicesOf(waiting: readonly Shelved[]) {
  const each = (pick: (one: Shelved) => string) => [...new Set(waiting.map(pick))].toSorted();
  return {
    reason: each(({ reason }) => reason),
    kind: each(({ event }) => event.kind),
    source: each(({ event }) => event.source),
  };
}
