import { html } from "hono/html";
import type { Found } from "../desk.ts";
import type { Job } from "../jobs.ts";
import { badge } from "../markup/badge.ts";
import { capital } from "../markup/capital.ts";
import type { Markup } from "../markup/markup.ts";
import { table } from "../markup/table.ts";
import { moment } from "../markup/times.ts";

const longestList = 500;

/** Makes a link to somebody's page of their address. */
export type Link = (email: string) => Markup;

/** What a sweep or a look at invitations brought. */
export function foundTable(job: Job<Found>, link: Link): Markup {
  if (job.result === undefined) return html`<p class="problem">${job.problem}</p>`;
  const { summary, nothing, rows } = job.result;
  const headings = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = rows.slice(0, longestList).map((row) => headings.map((heading) => cell(heading, row[heading], link)));
  const rest =
    rows.length > longestList
      ? html`<p class="hint">The first ${longestList} of ${rows.length}; <code>npm run ops -- reconcile --dry-run</code> has them all.</p>`
      : "";
  return html`<p>${summary}.</p>${table("What it found", headings.map(capital), cells, { nothing })}${rest}`;
}

function cell(heading: string, value: string | number | undefined, link: Link): Markup | string | number {
  if (value === undefined || value === "") return "–";
  if ((heading === "person" || heading === "email") && typeof value === "string") return link(value);
  if (heading === "invited" && typeof value === "string") return moment(value);
  return heading === "status" || heading === "wants" ? badge(String(value)) : value;
}
