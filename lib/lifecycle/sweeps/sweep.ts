import { listDue, unschedule } from "../../ledger/due.ts";
import { endRun, readRun, writeRun } from "../../ledger/runs.ts";
import { findShelved } from "../../ledger/shelf.ts";
import { log, metricNames } from "../../telemetry.ts";
import { isBrokenListing, pagesAhead } from "../calls/pages.ts";
import type { LifecycleEvent } from "../event.ts";
import type { Workshop } from "../workshop.ts";
import { type PlanEntry, planInvitation } from "./reconcile.ts";
import { callsOf, type SweepRequest, type Swept, statesOf, stopMs } from "./sweep-request.ts";

/** Looks at every open invitation; queues renewals and reminders. @throws RetryLater */
export async function sweepInvitations(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  try {
    return await sweepOpen(workshop, request);
  } catch (error) {
    // The next run begins anew, instead of going on from a place that is none.
    if (isBrokenListing(error) && !request.dryRun) await endRun(workshop.table, "invitations");
    throw error;
  }
}

async function sweepOpen(workshop: Workshop, request: SweepRequest): Promise<Swept> {
  const { table, config } = workshop;
  const now = Date.now();
  const resumed = request.dryRun ? undefined : await readRun(table, "invitations", now);
  const swept: Swept = { finished: true, users: resumed?.users ?? 0, queued: 0, plan: [] };
  for await (const page of pagesAhead(
    callsOf(workshop, request),
    { status: ["invited", "expired"] },
    resumed?.cursor,
  )) {
    const known = await statesOf(page, workshop);
    const entries = page.users
      .map((user) => planInvitation(user, known(user.email), now, config))
      .filter((entry) => entry !== undefined);
    swept.users += page.users.length;
    if (request.dryRun) swept.plan.push(...entries);
    else swept.queued += await sweepPage(entries, workshop);
    if (page.nextCursor === undefined || request.dryRun || request.remainingMs() > stopMs) continue;
    const { users } = swept;
    await writeRun(table, "invitations", {
      cursor: page.nextCursor,
      users,
      lingering: [],
      trusted: true,
      sources: {},
      at: now,
    });
    return { ...swept, finished: false };
  }
  if (!request.dryRun) await endRun(table, "invitations");
  return swept;
}

async function sweepPage(entries: readonly PlanEntry[], workshop: Workshop): Promise<number> {
  for (const { wants } of entries) if (wants === "abandoned") workshop.arize.metrics.add(metricNames.abandoned);
  return sendUnparked(entries, workshop);
}

// What Arize refused once waits for an operator, and is not sent and refused again every hour.
async function sendUnparked(entries: readonly PlanEntry[], { table, queue }: Workshop): Promise<number> {
  const events: LifecycleEvent[] = [];
  for (const { event } of entries) {
    if (event !== undefined && (await findShelved(table, "PARKED", event.id)) === undefined) events.push(event);
  }
  await queue.send(events);
  return events.length;
}

/** Queues the events whose time has come; in mode `observe` they stay, since nothing would come of them. @throws RetryLater */
export async function sweepDue({ table, queue, config, arize }: Workshop, request: SweepRequest): Promise<Swept> {
  const { events, unreadable } = await listDue(table, Date.now());
  if (unreadable > 0) log("error", "due events cannot be read", { mode: "due", count: unreadable });
  if (unreadable > 0 && !request.dryRun) arize.metrics.add(metricNames.dueUnreadable, unreadable);
  const isActing = !request.dryRun && config.mode === "act";
  const failed: unknown[] = [];
  for (const event of isActing ? events : []) {
    try {
      // Sent before it is forgotten: an end in between repeats it, and the ledger knows an event that it has seen.
      await queue.send([{ ...event, attempt: event.attempt + 1 }]);
      await unschedule(table, event);
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw failed[0];
  const plan = events.map(
    (event): PlanEntry => ({ wants: "apply", email: event.person.email ?? "", userId: "", event }),
  );
  return {
    finished: true,
    users: events.length,
    queued: isActing ? events.length : 0,
    plan: request.dryRun ? plan : [],
  };
}
