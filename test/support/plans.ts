import { expect } from "vitest";
import type { LifecycleConfigInput } from "../../lib/config.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { eventOf, type Handlers, type Workbench, workbench } from "./workbench.ts";

/** Whom the tests of first and last days are about. */
export const ada = "ada@example.com";
/** An operator's, on what waits. */
export const word = { by: "test", note: "looked at it" };

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();

export const status = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.status;
export const held = async (bench: Workbench) =>
  (await listShelved(bench.table, "HELD")).map(({ event, reason }) => `${event.kind} ${reason}`);
export const ends = async (bench: Workbench, { id }: LifecycleEvent) =>
  (await bench.trail(ada)).filter(({ event }) => event === id).map(({ outcome }) => outcome);

/** @param seeded whether Ada has an account already */
export async function open(seeded: boolean, config: Partial<LifecycleConfigInput> = {}): Promise<Workbench> {
  const bench = await workbench({ config });
  if (seeded) bench.fake.seed({ email: ada });
  return bench;
}

/** Until a planned day comes, milliseconds. */
export const day = 700;
export const plan = (kind: LifecycleEvent["kind"], madeMinutesAgo: number, ms = day) =>
  eventOf(kind, ada, { occurredAt: minutesAgo(madeMinutesAgo), effectiveAt: inMs(ms) });
export const made = (kind: LifecycleEvent["kind"], happenedMinutesAgo: number, more: Partial<LifecycleEvent> = {}) =>
  eventOf(kind, ada, { occurredAt: minutesAgo(happenedMinutesAgo), ...more });

/** Waits until so many plans are due, and works them. */
export async function whenDue(bench: Workbench, count = 1, { reconcile, deliver }: Handlers = bench): Promise<void> {
  const due = () => reconcile({ mode: "due", dryRun: true });
  await expect.poll(due, { timeout: 10_000 }).toMatchObject({ users: count });
  await reconcile({ mode: "due" });
  await workAll(bench, deliver);
}

export async function workAll(bench: Workbench, deliver: Handlers["deliver"] = bench.deliver): Promise<void> {
  for (const lane of ["changes", "leavers"] as const) {
    for (const event of await bench.take(lane)) expect(await deliver([event])).toEqual([]);
  }
}
