import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { addressOf } from "../../ops/send.ts";
import type { Desk } from "../desk.ts";
import { readFields } from "../forms.ts";
import { layout } from "../layout.ts";
import { badge } from "../markup/badge.ts";
import { form, input } from "../markup/form.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { table } from "../markup/table.ts";
import { moment } from "../markup/times.ts";
import { personPage } from "./person.ts";

/** The hash that stands for somebody. */
const hash = /^[\w-]{22}$/;
const peopleShown = 15;

/** Is somebody out, since when, who asked for it; why was nothing done? Addresses are sent in forms, never in a URL. */
export function peopleView(desk: Desk): Hono {
  return new Hono()
    .get("/", (context) => search(context, desk))
    .post("/", async (context) => {
      const { email = "" } = await readFields(context, desk);
      const person = await find(email, desk).catch((error: unknown) => (error instanceof Error ? error : new Error()));
      if (person instanceof Error) return search(context, desk, email, person.message);
      return context.redirect(`/people/${person}`, 303);
    })
    .get("/:person", async (context) => {
      const person = context.req.param("person");
      if (!hash.test(person)) return context.notFound();
      const told = context.req.query("told");
      const { title, body } = await personPage(desk, person);
      return context.html(layout(desk, { title, view: "people", person, told, body }));
    });
}

async function find(typed: string, { connection, people }: Desk): Promise<string> {
  const email = addressOf(typed);
  const person = (await connection()).identity.person(email);
  people.remember(person, email);
  return person;
}

async function search(context: Context, desk: Desk, typed = "", problem?: string): Promise<Response> {
  const activity = await desk.activity.current().catch(() => undefined);
  const byPerson = Map.groupBy(activity?.recent ?? [], ({ person }) => person);
  const newest = [...byPerson.values()].flatMap(([first]) => first ?? []).slice(0, peopleShown);
  const rows = newest.map(({ person, entry }) => [
    moment(entry.finishedAt),
    personLink(person, desk.people),
    html`${entry.kind} <span class="quiet">${entry.source}</span>`,
    badge(entry.outcome),
  ]);
  const body = html`<h1>People</h1>
    <section class="panel" aria-labelledby="search-title">
      <h2 id="search-title">Is somebody in or out?</h2>
      ${searchForm(desk, typed, problem)}
    </section>
    <section class="panel" aria-labelledby="lately-title">
      <h2 id="lately-title">Lately</h2>
      <div id="lately" data-live>${table("People about whom something came lately", ["When", "Person", "Event", "Outcome"], rows, { nothing: "Nothing has happened yet.", narrow: "words" })}</div>
    </section>`;
  return context.html(layout(desk, { title: "People", view: "people", body }), problem === undefined ? 200 : 400);
}

/** Asks for an address. */
export function searchForm(desk: Desk, typed = "", problem?: string): Markup {
  return form(
    desk,
    "/people",
    html`${input("email", "email", "Email address", { value: typed, required: true, placeholder: "ada@example.com" })}
      <button type="submit">Look up</button>
      ${problem ? html`<p class="problem" role="alert">${problem}</p>` : ""}`,
    "form row",
  );
}
