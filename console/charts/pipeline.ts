import { html } from "hono/html";
import type { Shelved } from "../../lib/ledger/shelf.ts";
import type { Activity } from "../activity.ts";
import type { Markup } from "../markup/markup.ts";
import type { Reading } from "../monitor.ts";

/** The numbers of the pipeline: what came and what is done are of the last day, the others are now; `undefined` where unknown. */
export interface Counts {
  /** By way in: webhooks by source, sweeps, operators. */
  webhooks: [source: string, received: number][] | undefined;
  sweeps: Count;
  operators: Count;
  queued: { leavers: Count; changes: Count };
  working: Count;
  done: Count;
  held: Count;
  parked: Count;
}
type Count = number | undefined;

/** Adds up what the histories and the queues tell. Pure. */
export function countsOf(activity: Activity | undefined, reading: Reading | undefined): Counts {
  const sources = [...(activity?.bySource ?? [])].toSorted(([, a], [, b]) => b.received - a.received);
  const receivedFrom = (name: string) => activity && (activity.bySource.get(name)?.received ?? 0);
  const lane = (name: "leavers" | "changes") => reading?.lanes.find((one) => one.lane === name);
  return {
    webhooks:
      activity &&
      sources
        .filter(([name]) => name !== "reconcile" && name !== "operator")
        .map(([name, { received }]) => [name, received]),
    sweeps: receivedFrom("reconcile"),
    operators: receivedFrom("operator"),
    queued: { leavers: lane("leavers")?.queued, changes: lane("changes")?.queued },
    working: reading?.lanes.reduce((sum, { working }) => sum + working, 0),
    done: activity && sources.reduce((sum, [, { done }]) => sum + done, 0),
    held: reading?.held.length,
    parked: reading?.parked.length,
  };
}

/** The way of events through the system, as it is built, with how many are where. */
export function pipeline(counts: Counts): Markup {
  const { webhooks, sweeps, operators, queued, working, done, held, parked } = counts;
  const hooks = webhooks?.reduce((sum, [, received]) => sum + received, 0);
  const isMoving = (working ?? 0) > 0;
  return html`<div class="pipeline">
    <div class="column">
      ${stage("Webhooks", "ingest: verify, normalize", number("webhooks", hooks), perSource(webhooks))}
      ${stage("Sweeps", "reconcile: list, compare", number("sweeps", sweeps))}
      ${stage("Operators", "npm run ops, this console", number("operators", operators))}
    </div>
    ${link(["M0,16.7 C25,16.7 25,50 50,50", "M0,50 L50,50", "M0,83.3 C25,83.3 25,50 50,50", "M50,50 C75,50 75,25 100,25", "M50,50 C75,50 75,75 100,75"], (queued.leavers ?? 0) + (queued.changes ?? 0) > 0)}
    <div class="column">
      ${stage("Leavers' queue", "SQS FIFO, by person", number("queued-leavers", queued.leavers))}
      ${stage("Changes' queue", "SQS FIFO, by person", number("queued-changes", queued.changes))}
    </div>
    ${link(["M0,25 C50,25 50,50 100,50", "M0,75 C50,75 50,50 100,50"], isMoving)}
    <div class="column">
      ${stage("At work", "provision: claim, decide, guard, call Arize, verify", number("working", working))}
    </div>
    ${link(["M0,50 C50,50 50,16.7 100,16.7", "M0,50 L100,50", "M0,50 C50,50 50,83.3 100,83.3"], isMoving)}
    <div class="column">
      ${stage("Done", "in the ledger", number("done", done), "", "good")}
      ${stage("Held", "a guard said wait", toAttention("held", held), "", held ? "wait" : "")}
      ${stage("Parked", "cannot succeed as it is", toAttention("parked", parked), "", parked ? "bad" : "")}
    </div>
  </div>`;
}

function stage(name: string, what: string, count: Markup, more: Markup | string = "", tone = ""): Markup {
  return html`<section class="stage ${tone}"><h3>${name}</h3>${count}<p class="what">${what}</p>${more}</section>`;
}

/** What could not be read must not look like none. */
const unknown = "?";

/** `data-count` lets the browser show that the number moved. */
function number(id: string, value: Count): Markup {
  return html`<p class="number" data-count="${id}">${value ?? unknown}</p>`;
}

function toAttention(shelf: "held" | "parked", value: Count): Markup {
  const shown = value ?? unknown;
  return html`<p class="number" data-count="${shelf}"><a href="/attention?shelf=${shelf}" aria-label="${shown} ${shelf}: look at them">${shown}</a></p>`;
}

function perSource(webhooks: Counts["webhooks"] = []): Markup | string {
  if (webhooks.length === 0) return "";
  return html`<ul class="per-source">${webhooks.map(([name, received]) => html`<li>${name} <b>${received}</b></li>`)}</ul>`;
}

/** The stages of a column share its height evenly, so that the middle of each is known in percent. */
function link(paths: readonly string[], isMoving: boolean): Markup {
  return html`<svg class="pipe ${isMoving ? "moving" : ""}" viewBox="0 0 100 100" preserveAspectRatio="none" aria-hidden="true">
    ${paths.map((path) => html`<path d="${path}" />`)}
  </svg>`;
}

/** How many wait on the shelves, by source. Pure. */
export function shelvedBySource(shelved: readonly Shelved[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { event } of shelved) counts.set(event.source, (counts.get(event.source) ?? 0) + 1);
  return counts;
}
