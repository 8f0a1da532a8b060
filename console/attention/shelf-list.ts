import { html } from "hono/html";
import type { Shelved } from "../../lib/ledger/shelf.ts";
import { verbs } from "../../ops/bulk.ts";
import { meaningOf } from "../../ops/reasons.ts";
import { mayDelete, whoIs } from "../../ops/shelved-people.ts";
import type { Desk } from "../desk.ts";
import { badge } from "../markup/badge.ts";
import { capital } from "../markup/capital.ts";
import { form, input } from "../markup/form.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { moment } from "../markup/times.ts";
import { consequence } from "./consequence.ts";
import { mustBeTyped } from "./decide.ts";
import { nameOf, type ShelfQuery } from "./query.ts";

/** The fields of a form that keep the filter of the page it is on. */
export function hidden(query: ShelfQuery): Markup {
  const fields = { ...query, shelf: nameOf(query.shelf) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return html`${given.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`)}`;
}

/** What waits on a shelf, each with why, what would happen, and the means to decide about it. */
export function shelfList(desk: Desk, query: ShelfQuery, chosen: readonly Shelved[]): Markup {
  if (chosen.length === 0) return html`<p class="nothing">Nothing is ${nameOf(query.shelf)} that fits.</p>`;
  return html`<ol class="waiting">${chosen.map((one, index) => item(desk, query, one, index))}</ol>`;
}

function item(desk: Desk, query: ShelfQuery, shelved: Shelved, index: number): Markup {
  const { event, reason, at, person } = shelved;
  const { email, externalId } = event.person;
  return html`<li class="panel">
    <p class="line">${badge(event.kind, mayDelete(shelved, "release") ? "bad" : "quiet")}
      ${personLink(person, desk.people, email ?? `id ${externalId}`)}
      <span class="quiet">from ${event.source}, ${nameOf(query.shelf)} since ${moment(at)}</span></p>
    <p><b>${reason}</b>: ${meaningOf(reason)}${knownAs(shelved)}.</p>
    ${putBackOnce(shelved)}
    <p>${consequence(query.shelf, shelved)}</p>
    ${rehearsed(desk, query, shelved)}
    <p class="quiet">happened ${moment(event.occurredAt)} · <code>${event.id}</code></p>
    <details><summary>Decide</summary>${decision(desk, query, shelved, `one-${index}`)}</details>
  </li>`;
}

function knownAs({ knownEmails }: Shelved): Markup | string {
  if (knownEmails.length === 0) return "";
  return html`; known as ${knownEmails.map((email, index) => html`${index > 0 ? ", " : ""}<b>${email}</b>`)}`;
}

function putBackOnce({ status, by, releasedAt }: Shelved): Markup | string {
  if (status !== "released") return "";
  const when = releasedAt === undefined ? "" : html` ${moment(releasedAt)}`;
  return html`<p>${by} put it back${when}, and that has not ended: it may still be on the queue.</p>`;
}

function rehearsed(desk: Desk, query: ShelfQuery, { event }: Shelved): Markup {
  const job = desk.rehearsals.get(`${query.shelf} ${event.id}`);
  const again = form(
    desk,
    "/attention/rehearse",
    html`${hidden(query)}<input type="hidden" name="id" value="${event.id}" />
      <button type="submit" class="light">${job === undefined ? "Rehearse" : "Rehearse again"}</button>`,
    "inline",
  );
  if (job === undefined)
    return html`<div class="line">${again} <span class="quiet">asks Arize and the guards; changes nothing</span></div>`;
  if (job.endedAt === undefined) return html`<p class="quiet">Rehearsing…</p>`;
  return html`<div class="line"><span>Rehearsed ${moment(job.endedAt)}: <b>${job.result ?? job.problem}</b></span> ${again}</div>`;
}

function decision(desk: Desk, query: ShelfQuery, shelved: Shelved, id: string): Markup {
  const typed = verbs[query.shelf].filter((verb) => mustBeTyped(shelved, verb));
  const label = `To ${typed.join(" or ")}, type ${whoIs(shelved)}`;
  return form(
    desk,
    "/attention/one",
    html`${hidden(query)}<input type="hidden" name="id" value="${shelved.event.id}" />
      <div class="fields">${who(desk, id)}${input(`${id}-typed`, "typed", label)}</div>
      <div class="buttons">${verbs[query.shelf].map((verb) => html`<button type="submit" name="verb" value="${verb}" class="${verb === "dismiss" ? "light" : ""}">${capital(verb)}</button>`)}</div>`,
  );
}

/** Who decides, and why. */
export function who({ operator }: Pick<Desk, "operator">, id: string): Markup {
  return html`${input(`${id}-by`, "by", "Your name", { value: operator, required: true, autocomplete: "name" })}
    ${input(`${id}-note`, "note", "Note", { required: true, placeholder: "why, for the history" })}`;
}
