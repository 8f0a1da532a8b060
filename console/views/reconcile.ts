import { Hono } from "hono";
import { html } from "hono/html";
import { type LastRun, readLastRuns } from "../../lib/ledger/runs.ts";
import { WrongUse } from "../../ops/failure.ts";
import { runReconcile } from "../../ops/reconcile.ts";
import type { Desk, Found } from "../desk.ts";
import { answer, type Fields, readFields } from "../forms.ts";
import type { Job } from "../jobs.ts";
import { layout } from "../layout.ts";
import { badge } from "../markup/badge.ts";
import { form } from "../markup/form.ts";
import type { Markup } from "../markup/markup.ts";
import { personLink } from "../markup/person-link.ts";
import { table } from "../markup/table.ts";
import { duration, moment } from "../markup/times.ts";
import type { Notice } from "../notices.ts";
import { readRenewals } from "../renewals.ts";
import { foundTable, type Link } from "./found.ts";

/** The modes of the reconcile function, and what each looks for. */
const modes = {
  invitations: "expired invitations to renew, old ones to remind of; hourly",
  due: "events whose day has come; each minute",
  full: "everybody at Arize and in the sources, against the ledger; daily",
  subscriptions: "subscriptions at sources that have to be renewed; twice a day",
} as const;

/** The schedules' sweeps: when they ran, what they would do now, and whose invitation was renewed how often. */
export function reconcileView(desk: Desk): Hono {
  return new Hono()
    .get("/", async (context) => {
      const told = context.req.query("told");
      return context.html(layout(desk, { title: "Reconcile", view: "reconcile", told, body: await body(desk) }));
    })
    .post("/sweep", async (context) => {
      const fields = await readFields(context, desk);
      return answer(context, desk, "/reconcile", async () => startSweep(desk, fields));
    })
    .post("/renewals", async (context) => {
      await readFields(context, desk);
      return answer(context, desk, "/reconcile", async () => {
        desk.sweeps.start("renewals", async () => readRenewals(await desk.connection()));
        return undefined;
      });
    });
}

function startSweep({ sweeps, target }: Desk, { mode = "", what }: Fields): Notice | undefined {
  if (!Object.hasOwn(modes, mode)) throw new WrongUse("there is no such sweep");
  if (what !== "plan" && what !== "run") throw new WrongUse("say whether to plan or to run");
  const request = { mode, dryRun: what === "plan", acceptShrink: false };
  const isNew = sweeps.start(mode, async () => {
    const { summary, rows } = await runReconcile(request, target.reconcileFunction);
    return request.dryRun
      ? { summary: `Dry run: ${summary}`, nothing: "Nothing to do.", rows }
      : { summary: `Run: ${summary}`, nothing: "What it queued is worked as any event.", rows };
  });
  return isNew ? undefined : { tone: "wait", text: `${mode} is running already.` };
}

async function body(desk: Desk): Promise<Markup> {
  const [runs, { identity }] = await Promise.all([readLastRuns(desk.target.table), desk.connection()]);
  const link = (email: string) => {
    const person = identity.person(email);
    desk.people.remember(person, email);
    return personLink(person, desk.people);
  };
  return html`<h1>Reconcile</h1>
    <section class="panel" aria-labelledby="sweeps-title"><h2 id="sweeps-title">Sweeps</h2>
      <p class="hint">A dry run shows the plan and changes nothing. A run puts the plan on the queue, through the same guards as everything else.</p>
      <div id="sweeps" data-live>${sweepsTable(desk, runs)}</div></section>
    <div id="plans" data-live>${Object.keys(modes).map((mode) => plan(mode, desk.sweeps.get(mode), link))}</div>
    <section class="panel" aria-labelledby="renewals-title"><h2 id="renewals-title">Invitations</h2>
      <div id="renewals" data-live>${renewals(desk, link)}</div></section>`;
}

function sweepsTable(desk: Desk, runs: readonly LastRun[]): Markup {
  const rows = Object.entries(modes).map(([mode, what]) => {
    const last = runs.find((run) => run.mode === mode);
    return [
      html`<b>${mode}</b><br /><span class="quiet">${what}</span>`,
      last ? moment(last.at) : "not yet",
      last ? badge(last.outcome) : "–",
      last?.users ?? "–",
      last?.queued ?? "–",
      last ? duration(last.ms) : "–",
      buttons(desk, mode),
    ];
  });
  return table("Sweeps", ["Sweep", "Last run", "Ended", "Looked at", "Queued", "Took", "Do"], rows, { nothing: "" });
}

function buttons(desk: Desk, mode: string): Markup {
  const job = desk.sweeps.get(mode);
  if (job !== undefined && job.endedAt === undefined)
    return html`<span class="quiet">running since ${moment(job.startedAt)}…</span>`;
  return form(
    desk,
    "/reconcile/sweep",
    html`<input type="hidden" name="mode" value="${mode}" />
      <button type="submit" name="what" value="plan">Dry run<span class="unseen"> of ${mode}</span></button>
      <button type="submit" name="what" value="run" class="light">Run now<span class="unseen">: ${mode}</span></button>`,
    "inline",
  );
}

function plan(mode: string, job: Job<Found> | undefined, link: Link): Markup | string {
  if (job?.endedAt === undefined) return "";
  return html`<section class="panel" aria-label="What ${mode} found"><h2>${mode}: as of ${moment(job.endedAt)}</h2>${foundTable(job, link)}</section>`;
}

function renewals(desk: Desk, link: Link): Markup {
  const job = desk.sweeps.get("renewals");
  const ask = form(
    desk,
    "/reconcile/renewals",
    html`<button type="submit">${job === undefined ? "List them" : "List them anew"}</button>`,
    "inline",
  );
  const { maxRenewals, renewalGapHours } = desk.target.config.invitations;
  const rule = html`<p class="hint">Expired invitations are renewed ${maxRenewals} times, ${renewalGapHours} hours apart at first, then twice as long each time.</p>`;
  if (job === undefined) return html`${rule}${ask}`;
  if (job.endedAt === undefined) return html`${rule}<p class="quiet">Reading Arize since ${moment(job.startedAt)}…</p>`;
  return html`${rule}${foundTable(job, link)}<p class="line">${ask} <span class="quiet">as of ${moment(job.endedAt)}</span></p>`;
}
