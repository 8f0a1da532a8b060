import { type Context, Hono } from "hono";
import { html } from "hono/html";
import { findShelved, type Shelved } from "../../lib/ledger/shelf.ts";
import { proposalsFor, selectShelved, verbs } from "../../ops/bulk.ts";
import { WrongUse } from "../../ops/failure.ts";
import { decideMany, decideOne } from "../attention/decide.ts";
import { choicesOf, digestOfShown, nameOf, pathOf, readQuery, type ShelfQuery } from "../attention/query.ts";
import { rehearseShelved } from "../attention/rehearse.ts";
import { hidden, shelfList, who } from "../attention/shelf-list.ts";
import type { Desk } from "../desk.ts";
import { answer, type Fields, readFields } from "../forms.ts";
import { layout } from "../layout.ts";
import { capital } from "../markup/capital.ts";
import { choice, form, input } from "../markup/form.ts";
import type { Markup } from "../markup/markup.ts";
import { moment } from "../markup/times.ts";
import type { Notice } from "../notices.ts";

/** Everything that waits for an operator: why, what would happen, and the decision. */
export function attentionView(desk: Desk): Hono {
  const decided = (decide: typeof decideOne) => async (context: Context) => {
    const fields = await readFields(context, desk);
    if (fields.by !== undefined) desk.operator = fields.by;
    return answer(context, desk, pathOf(readQuery(fields)), async () => decide(await desk.connection(), fields));
  };
  return new Hono()
    .get("/", async (context) => {
      const query = readQuery(context.req.query());
      const told = context.req.query("told");
      return context.html(layout(desk, { title: "Attention", view: "attention", told, body: await body(desk, query) }));
    })
    .post("/one", decided(decideOne))
    .post("/all", decided(decideMany))
    .post("/rehearse", async (context) => {
      const fields = await readFields(context, desk);
      return answer(context, desk, pathOf(readQuery(fields)), () => startRehearsal(desk, fields));
    });
}

async function startRehearsal(desk: Desk, fields: Fields): Promise<Notice | undefined> {
  const { shelf } = readQuery(fields);
  const id = fields.id ?? "";
  const connection = await desk.connection();
  const shelved = await findShelved(connection.table, shelf, id);
  if (shelved === undefined) throw new WrongUse(`nothing is ${nameOf(shelf)} under the id ${id}`);
  desk.rehearsals.start(`${shelf} ${id}`, () => rehearseShelved(connection, shelf, shelved));
  return undefined;
}

async function body(desk: Desk, query: ShelfQuery): Promise<Markup> {
  const [reading, chosen] = await Promise.all([desk.monitor.reading(), selectShelved(desk.target, query.shelf, query)]);
  for (const { person, event } of chosen) if (event.person.email) desk.people.remember(person, event.person.email);
  const waiting = (query.shelf === "HELD" ? reading?.held : reading?.parked) ?? [];
  // The form and the list are one region, which is replaced as a whole or not at all: the form is about what the list shows.
  return html`<h1>Attention</h1>
    <nav class="tabs" aria-label="Shelves" id="shelves" data-live>
      ${tab("held", "a guard said wait", reading?.held.length, query)}
      ${tab("parked", "cannot succeed as it is", reading?.parked.length, query)}
    </nav>
    <div id="unreadable" data-live>${unreadable(reading?.unreadable ?? 0)}</div>
    ${filterForm(query, waiting)}
    <div id="waiting" data-live>${await bulkForm(desk, query, chosen)}${shelfList(desk, query, chosen)}</div>`;
}

function unreadable(count: number): Markup | string {
  if (count === 0) return "";
  return html`<p class="panel"><b>${count} more wait that this version cannot read</b>: a newer one wrote them, so deploy that again.</p>`;
}

function tab(name: "held" | "parked", what: string, count: number | undefined, { shelf }: ShelfQuery): Markup {
  const isCurrent = nameOf(shelf) === name ? html`aria-current="page"` : "";
  return html`<a href="/attention?shelf=${name}" ${isCurrent}><b>${capital(name)} <span data-count="${name}">${count ?? "?"}</span></b> <span class="quiet">${what}</span></a>`;
}

function filterForm(query: ShelfQuery, waiting: readonly Shelved[]): Markup {
  const choices = choicesOf(waiting);
  const select = (name: "reason" | "kind" | "source", label: string) => {
    const each = [...new Set([...choices[name], ...(query[name] ? [query[name]] : [])])];
    const options = each.map((value) => [value, value] as const);
    return choice(`filter-${name}`, name, label, [["", "any"], ...options], query[name]);
  };
  return html`<form method="get" action="/attention" class="form row filter">
    <input type="hidden" name="shelf" value="${nameOf(query.shelf)}" />
    ${select("reason", "Reason")}${select("kind", "Kind")}${select("source", "Source")}
    ${input("filter-before", "before", "Waiting since before", { value: query.before, placeholder: "2026-11-24T09:00Z" })}
    <button type="submit" class="light">Filter</button>
  </form>`;
}

async function bulkForm(desk: Desk, query: ShelfQuery, chosen: readonly Shelved[]): Promise<Markup | string> {
  if (chosen.length < 2) return "";
  const [back, giveUp] = verbs[query.shelf];
  const { twoPeopleAbove } = desk.target.config.guards;
  const takesTwo = chosen.length > twoPeopleAbove;
  const proposals = takesTwo ? await proposalsFor(desk.target, query.shelf, chosen) : [];
  const proposed = proposals.map(
    ({ verb, proposal: { by, at } }) =>
      html`<p class="panel"><b>${by} proposed to ${verb} these ${chosen.length}</b> at ${moment(at)}; it is done once somebody else says so too.</p>`,
  );
  const second = takesTwo
    ? html`<p><b>This takes two people</b>: more than ${twoPeopleAbove} at once. The first one proposes it; within a day somebody else has to say the same, in a console of their own or by <code>npm run ops</code>.</p>`
    : "";
  return html`${proposed}<details class="panel bulk"><summary>Decide about all ${chosen.length} that fit</summary>
    ${second}
    ${form(
      desk,
      "/attention/all",
      html`${hidden(query)}<input type="hidden" name="seen" value="${digestOfShown(chosen)}" />
        <div class="fields">${choice("bulk-verb", "verb", "What", [
          [back, capital(back)],
          [giveUp, capital(giveUp)],
        ])}
        ${who(desk, "bulk")}
        ${input("bulk-typed", "typed", `Type "${back} ${chosen.length}" or "${giveUp} ${chosen.length}"`, { required: true })}</div>
        <div class="buttons"><button type="submit">Decide about ${chosen.length}</button></div>`,
    )}
  </details>`;
}
