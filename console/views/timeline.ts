import { html } from "hono/html";
import { isWord, type TrailEntry } from "../../lib/ledger/trail.ts";
import { meaningOf } from "../../ops/reasons.ts";
import { badge } from "../markup/badge.ts";
import type { Markup } from "../markup/markup.ts";
import { table } from "../markup/table.ts";
import { duration, moment } from "../markup/times.ts";

/** Everything that happened to a person, newest first: what came, what was decided and why, what came of it, and who said so. */
export function timeline(entries: readonly TrailEntry[]): Markup {
  if (entries.length === 0) return html`<p class="nothing">No event about them ever came.</p>`;
  const newestFirst = entries.toSorted((a, b) => b.finishedAt.localeCompare(a.finishedAt));
  return html`<ol class="timeline">${newestFirst.map(item)}</ol>`;
}

function item(entry: TrailEntry): Markup {
  return html`<li>
    <div class="when">${moment(entry.finishedAt)}</div>
    <div class="what">
      <p class="line">${badge(entry.outcome)} <b>${entry.kind}</b> from <b>${entry.source}</b>${attempt(entry)}</p>
      ${isWord(entry) ? word(entry) : decision(entry)}
      ${facts(entry)}${calls(entry)}
    </div>
  </li>`;
}

function attempt({ attempt, mode }: TrailEntry): Markup {
  const tried = attempt === 0 ? "" : html` <span class="quiet">attempt ${attempt + 1}</span>`;
  return html`${tried}${mode === undefined || mode === "act" ? "" : html` ${badge(`mode ${mode}`, "wait")}`}`;
}

function word({ by, note, outcome, reason }: TrailEntry): Markup {
  const lifted = reason === undefined ? "" : html`, held or parked before as ${reason}`;
  return html`<p>${outcome} by <b>${by ?? "somebody"}</b>${lifted}${note ? html`: <q>${note}</q>` : ""}</p>`;
}

function decision({ action, reason, rule, lookup, contradicts, by, note }: TrailEntry): Markup {
  return html`${action === undefined ? "" : html`<p>Decided: <b>${action.replaceAll("_", " ")}</b>${rule === undefined ? "" : html`, by role rule ${rule}`}</p>`}
    ${reason === undefined ? "" : html`<p>Why: ${reason}, ${meaningOf(reason)}</p>`}
    ${lookup === undefined ? "" : html`<p>Their source said: ${lookup}</p>`}
    ${contradicts ? html`<p>Against it: ${contradicts}</p>` : ""}
    ${by === undefined ? "" : html`<p>By <b>${by}</b>${note ? html`: <q>${note}</q>` : ""}</p>`}`;
}

function facts(entry: TrailEntry): Markup {
  const { event, receivedAt, occurredAt, ms, retries } = entry;
  if (isWord(entry)) return html`<p class="quiet"><code>${event}</code></p>`;
  return html`<p class="quiet">happened ${moment(occurredAt)} · received ${moment(receivedAt)} · took ${duration(ms)}${retries ? html` · ${retries} retries` : ""} · <code>${event}</code></p>`;
}

function calls({ calls = [] }: TrailEntry): Markup | string {
  if (calls.length === 0) return "";
  const rows = calls.map(({ at, method, path, status, requestId }) => [
    moment(at),
    html`<code>${method} ${path}</code>`,
    status,
    html`<code>${requestId ?? "–"}</code>`,
  ]);
  return html`<details><summary>${calls.length} ${calls.length === 1 ? "call" : "calls"} to Arize</summary>${table("Calls to Arize", ["When", "Call", "Answer", "Request id"], rows, { nothing: "", narrow: "words" })}</details>`;
}
