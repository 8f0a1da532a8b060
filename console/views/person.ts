import { html } from "hono/html";
import { readState } from "../../lib/ledger/state.ts";
import { history, type TrailEntry } from "../../lib/ledger/trail.ts";
import { type PersonReport, reportPerson } from "../../ops/person.ts";
import type { Desk } from "../desk.ts";
import { type Expectation, expectationOf, isAsExpected } from "../expectation.ts";
import { badge, type Tone } from "../markup/badge.ts";
import type { Markup } from "../markup/markup.ts";
import { withMoments } from "../markup/times.ts";
import { searchForm } from "./people.ts";
import { timeline } from "./timeline.ts";

/** All that is known about a person. @throws RetryLater */
export async function personPage(desk: Desk, person: string): Promise<{ title: string; body: Markup }> {
  const connection = await desk.connection();
  const email = desk.people.emailOf(person);
  if (email === undefined) return unknownAddress(desk, await history(connection.table, person));
  const [report, state] = await Promise.all([reportPerson(connection, email), readState(connection.table, person)]);
  const expectation = expectationOf(state, connection.config.invitations.maxRenewals);
  const body = html`<h1 class="address">${email}</h1>
    <div id="answer" data-live>${answer(report)}</div>
    <div class="halves" id="states" data-live>${atArize(report.atArize)}${expected(expectation, report.atArize)}</div>
    <section aria-labelledby="timeline-title">
      <h2 id="timeline-title">Timeline</h2>
      <div id="timeline" data-live>${timeline(report.history)}</div>
    </section>`;
  return { title: email, body };
}

// A link from before the console was restarted, or somebody of whom no address was read.
function unknownAddress(desk: Desk, entries: readonly TrailEntry[]): { title: string; body: Markup } {
  const body = html`<h1>Somebody</h1>
    <section class="panel">
      <p>The ledger keeps histories without addresses, and this console has not met this person's since it started. Their
      history is below; type the address to see Arize's side too.</p>
      ${searchForm(desk)}
    </section>
    <h2>Timeline</h2>
    <div id="timeline" data-live>${timeline(entries)}</div>`;
  return { title: "Somebody", body };
}

function answer({ isOut, answer: lines, waiting }: PersonReport): Markup {
  const [tone, word]: [Tone, string] =
    isOut === null ? ["wait", "Nobody can tell"] : isOut ? ["quiet", "Out"] : ["good", "In"];
  const [first, ...others] = lines;
  return html`<section class="panel verdict" aria-label="Answer">
    <p class="big">${badge(word, tone)}</p>
    <div><p class="first">${withMoments(first ?? "")}</p>${others.map((line) => html`<p>${withMoments(line)}</p>`)}${waiting.map(waitingLink)}</div>
  </section>`;
}

function waitingLink({ where, kind }: PersonReport["waiting"][number]): Markup | string {
  return where === "due"
    ? ""
    : html`<p><a class="button" href="/attention?shelf=${where}&kind=${kind}">Decide about the ${kind}</a></p>`;
}

function atArize(found: PersonReport["atArize"]): Markup {
  return html`<section class="panel" aria-labelledby="arize-title"><h2 id="arize-title">At Arize now</h2>${arizeFacts(found)}</section>`;
}

function arizeFacts(found: PersonReport["atArize"]): Markup {
  if (typeof found === "string") return html`<p>Arize ${found}.</p>`;
  if (found === null) return html`<p>${badge("not listed", "quiet")}</p><p>No user has this address.</p>`;
  return html`<p>${badge(found.status)}</p>
    <dl class="facts"><dt>Role</dt><dd>${found.role}</dd><dt>User id</dt><dd><code>${found.id}</code></dd></dl>`;
}

const found: Record<Expectation["expects"], string> = {
  there: "should be there",
  gone: "should be gone",
  nothing: "knows nothing",
};

function expected(expectation: Expectation, atArize: PersonReport["atArize"]): Markup {
  const isRight = isAsExpected(expectation, atArize);
  const verdict = isRight === undefined ? "" : isRight ? badge("as expected", "good") : badge("not as expected", "bad");
  return html`<section class="panel" aria-labelledby="ledger-title"><h2 id="ledger-title">What the ledger expects</h2>
    <p>${badge(found[expectation.expects], "quiet")} ${verdict}</p>
    ${expectation.lines.map((line) => html`<p>${withMoments(line)}</p>`)}
  </section>`;
}
