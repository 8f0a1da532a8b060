import type { Person } from "./people.ts";

/** A request to a source's API. */
export interface Call {
  method: string;
  /** Without the query, its parts decoded. */
  segments: readonly string[];
  query: URLSearchParams;
  authorization: string;
  /** Parsed JSON or form, `undefined` without one. */
  body: unknown;
  /** Where this server is, for links. */
  origin: string;
}

export interface Answer {
  status: number;
  headers?: Record<string, string>;
  body?: object;
}

/** One provider's API, as far as it is read here. */
export interface Provider {
  source: string;
  /** The route by its template, and its answer; `undefined` for paths that are not this provider's. */
  answer(
    call: Call,
    people: ReadonlyMap<string, Person>,
    page: number,
  ): { route: string; give: () => Answer | Promise<Answer> } | undefined;
}

/** A page of a list. @param after what the page before ended with; the first page without */
export function pageOf<Item>(
  items: readonly Item[],
  after: string | null,
  size: number,
): { items: Item[]; next?: string } {
  const start = Number(after ?? 0);
  const end = start + size;
  return { items: items.slice(start, end), ...(end < items.length && { next: String(end) }) };
}

/** First and last name, as providers have them. */
export function namesOf({ name }: Person): { first: string; last: string } {
  const [first = "", ...rest] = name.split(" ");
  return { first, last: rest.join(" ") };
}

/** The header of HTTP's basic authentication. */
export function basic(text: string): string {
  return `Basic ${Buffer.from(text).toString("base64")}`;
}
