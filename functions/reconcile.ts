import middy from "@middy/core";
import type { Context } from "aws-lambda";
import * as z from "zod/mini";
import { readEnvironment } from "../lib/config.ts";
import { describeIssues } from "../lib/issues.ts";
import { lazy } from "../lib/lazy.ts";
import { writeLastRun } from "../lib/ledger/runs.ts";
import { sweepEverybody } from "../lib/lifecycle/sweeps/full-sweep.ts";
import { keepSubscriptions } from "../lib/lifecycle/sweeps/subscriptions.ts";
import { sweepDue, sweepInvitations } from "../lib/lifecycle/sweeps/sweep.ts";
import type { Swept } from "../lib/lifecycle/sweeps/sweep-request.ts";
import { log, Metrics, metricNames } from "../lib/telemetry.ts";
import { openWorkshop } from "../lib/wiring.ts";

/** What the schedules, and operators, ask for. */
const requestSchema = z.object({
  mode: z.enum(["invitations", "due", "full", "subscriptions"]),
  /** Answer with the plan; queue and write nothing. */
  dryRun: z._default(z.boolean(), false),
  /** Mode `full`: take the listing as it is, however much it shrank. */
  acceptShrink: z._default(z.boolean(), false),
});

const finished = {
  invitations: metricNames.reconciledInvitations,
  due: metricNames.reconciledDue,
  full: metricNames.reconciledFull,
  subscriptions: metricNames.reconciledSubscriptions,
};
const sweeps = { invitations: sweepInvitations, due: sweepDue, full: sweepEverybody, subscriptions: keepSubscriptions };
const metrics = new Metrics();
const open = lazy(() => openWorkshop(readEnvironment(), metrics));

async function reconcile(input: unknown, context: Context): Promise<Swept | { skipped: "paused" }> {
  const request = requestSchema.safeParse(input);
  if (!request.success) throw new Error(`not a reconcile request: ${describeIssues(request.error)}`);
  const { mode, dryRun, acceptShrink } = request.data;
  const workshop = await open();
  if (workshop.config.mode === "paused" && !dryRun) return { skipped: "paused" };
  const started = Date.now();
  const remainingMs = () => context.getRemainingTimeInMillis();
  const swept = await sweeps[mode](workshop, { dryRun, acceptShrink, remainingMs });
  if (!dryRun) {
    if (swept.finished) metrics.add(finished[mode]);
    const outcome = swept.trusted === false ? "distrusted" : swept.finished ? "finished" : "to be continued";
    const { users, queued } = swept;
    const ms = Date.now() - started;
    log("info", "reconciled", { mode, outcome, count: users, ms });
    await writeLastRun(workshop.table, { mode, at: new Date(started).toISOString(), outcome, users, queued, ms });
  }
  return swept;
}

/** Catches what events missed: expired invitations, events whose time has come, people who left and are still there, subscriptions that end. */
export const handler = middy<unknown, Swept | { skipped: "paused" }>()
  .use({ after: () => metrics.flush(), onError: () => metrics.flush() })
  .handler(reconcile);
