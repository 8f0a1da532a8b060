import { Hono } from "hono";
import { html } from "hono/html";
import type { Activity } from "../activity.ts";
import { ageChart } from "../charts/age-chart.ts";
import { countsOf, pipeline, shelvedBySource } from "../charts/pipeline.ts";
import { type Range, ranges, removalChart } from "../charts/removal-chart.ts";
import type { Desk } from "../desk.ts";
import { layout } from "../layout.ts";
import { badge } from "../markup/badge.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { table } from "../markup/table.ts";
import { duration, moment } from "../markup/times.ts";
import type { Reading } from "../monitor.ts";

const recentShown = 9;

/** What flows through the system, and how fast: is something stuck? */
export function flowView(desk: Desk): Hono {
  return new Hono().get("/", async (context) => {
    const range: Range = context.req.query("range") === "month" ? "month" : "day";
    const [reading, activity] = await Promise.all([
      desk.monitor.reading(),
      desk.activity.current().catch(() => undefined),
    ]);
    const told = context.req.query("told");
    return context.html(
      layout(desk, { title: "Flow", view: "flow", told, body: body(desk, range, reading, activity) }),
    );
  });
}

function body(desk: Desk, range: Range, reading: Reading | undefined, activity: Activity | undefined): Markup {
  return html`<h1>Flow</h1>
    <section aria-labelledby="pipeline-title">
      <h2 id="pipeline-title" class="unseen">Pipeline</h2>
      <div id="pipeline" data-live>${pipeline(countsOf(activity, reading))}</div>
      <p class="hint">What came and what is done: the last 24 hours, ${asOf(activity)}. Queued, at work, held and parked: now.</p>
    </section>
    <div class="halves">
      <section class="panel" aria-labelledby="removal-title">
        <div class="panel-head"><h2 id="removal-title">Time to removed</h2>${rangeLinks(range)}</div>
        <p class="hint">From a leaver's arrival to Arize's 404.</p>
        <div id="removals" data-live>${removalChart(activity?.removals ?? [], Date.now(), range)}</div>
      </section>
      <section class="panel" aria-labelledby="age-title">
        <h2 id="age-title">Queue age</h2>
        <p class="hint">${ageHint(desk, reading)}</p>
        <div id="ages" data-live>${ageChart(desk.monitor.samples)}</div>
      </section>
    </div>
    <div class="halves top-aligned">
      <section class="panel" aria-labelledby="sources-title">
        <h2 id="sources-title">By source</h2>
        <div id="sources" data-live>${sourcesTable(activity, reading)}</div>
      </section>
      <section class="panel" aria-labelledby="recent-title">
        <h2 id="recent-title">Newest</h2>
        <div id="recent" data-live>${recentTable(desk, activity)}</div>
      </section>
    </div>`;
}

function asOf(activity: Activity | undefined): Markup {
  if (activity === undefined) return html`which could not be read just now`;
  return html`<span id="as-of" data-live>as of ${moment(new Date(activity.at))}</span>`;
}

function rangeLinks(current: Range): Markup {
  const links = (["day", "month"] as const).map((range) => {
    const isCurrent = range === current ? html`aria-current="true"` : "";
    return html`<a href="/?range=${range}" ${isCurrent}>${ranges[range].label}</a>`;
  });
  return html`<div class="switch" role="group" aria-label="Range">${links}</div>`;
}

function ageHint({ monitor }: Desk, reading: Reading | undefined): Markup {
  const since = html`kept in this console's memory since it started at ${moment(new Date(monitor.startedAt))}`;
  const { oldestLeaverSeconds, oldestChangeSeconds } = reading?.watched ?? {};
  if (oldestLeaverSeconds !== undefined || oldestChangeSeconds !== undefined)
    return html`The oldest message of each lane, as CloudWatch tells it; ${since}.`;
  return html`No message is older than this, since the lane was seen empty then; ${since}.`;
}

function sourcesTable(activity: Activity | undefined, reading: Reading | undefined): Markup {
  const held = shelvedBySource(reading?.held ?? []);
  const parked = shelvedBySource(reading?.parked ?? []);
  const names = [...new Set([...(activity?.bySource.keys() ?? []), ...held.keys(), ...parked.keys()])].toSorted();
  const rows = names.map((name) => {
    const { received = 0, done = 0, newest } = activity?.bySource.get(name) ?? {};
    return [name, received, done, held.get(name) ?? 0, parked.get(name) ?? 0, newest ? moment(newest) : "–"];
  });
  const headings = ["Source", "Received", "Done", "Held", "Parked", "Newest"];
  return table("Events by source", headings, rows, { nothing: "No event came in the last 24 hours.", narrow: "same" });
}

function recentTable({ people }: Desk, activity: Activity | undefined): Markup {
  const rows = (activity?.recent ?? [])
    .slice(0, recentShown)
    .map(({ person, entry }) => [
      moment(entry.finishedAt),
      html`${entry.kind} <span class="quiet">${entry.source}</span>`,
      personLink(person, people),
      badge(entry.outcome),
      duration(entry.ms),
    ]);
  return table("What ended last", ["When", "Event", "Person", "Outcome", "Took"], rows, {
    nothing: "Nothing has happened yet.",
    narrow: "words",
  });
}
