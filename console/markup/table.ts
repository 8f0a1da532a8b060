import { html } from "hono/html";
import type { Markup } from "./markup.ts";

export interface TableOptions {
  /** Said instead of a table without rows. */
  nothing: string;
  /**
   * What becomes of it on a narrow screen: each row a card with its headings, a few words in a row that speak for themselves,
   * or the same, where it is narrow enough.
   */
  narrow?: "cards" | "words" | "same";
}

/** A table; its caption is for those who do not see it. */
export function table(
  caption: string,
  headings: readonly string[],
  rows: readonly (readonly (Markup | string | number)[])[],
  { nothing, narrow = "cards" }: TableOptions,
): Markup {
  if (rows.length === 0) return html`<p class="nothing">${nothing}</p>`;
  const cells = (row: readonly (Markup | string | number)[]) =>
    row.map((cell, index) => html`<td data-heading="${headings[index] ?? ""}"><div>${cell}</div></td>`);
  return html`<table class="${narrow}">
    <caption class="unseen">${caption}</caption>
    <thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${cells(row)}</tr>`)}</tbody>
  </table>`;
}
