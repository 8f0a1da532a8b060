import { note, type OnLine } from "./report.ts";

/** When a function runs, with which event. */
export interface Schedule {
  function: "reconcile" | "dead-letters";
  event: { mode?: "due" | "invitations" | "full" | "subscriptions" };
  /** Milliseconds from the start to the first run. */
  firstAfterMs: number;
  everyMs: number;
}

const minute = 60_000;

/** `full` comes first, because the guards take their denominators from it. */
export const defaultSchedules: readonly Schedule[] = [
  { function: "reconcile", event: { mode: "full" }, firstAfterMs: 0, everyMs: 24 * 60 * minute },
  { function: "reconcile", event: { mode: "invitations" }, firstAfterMs: 5_000, everyMs: 60 * minute },
  { function: "reconcile", event: { mode: "subscriptions" }, firstAfterMs: 5_000, everyMs: 12 * 60 * minute },
  { function: "reconcile", event: { mode: "due" }, firstAfterMs: minute, everyMs: minute },
  { function: "dead-letters", event: {}, firstAfterMs: minute, everyMs: minute },
];

export interface SchedulesOptions {
  invoke(name: Schedule["function"], event: unknown): Promise<unknown>;
  onLine: OnLine;
}

export interface Schedules {
  /** Starts no more runs and waits for the running ones. */
  stop(): Promise<void>;
}

/** Runs functions as their schedules say. A failed run is reported; a run that is due while the last one is busy is left out. */
export function startSchedules(schedules: readonly Schedule[], options: SchedulesOptions): Schedules {
  const stops = schedules.map((schedule) => start(schedule, () => run(schedule, options)));
  return {
    stop: async () => {
      await Promise.all(stops.map((stop) => stop()));
    },
  };
}

function start({ firstAfterMs, everyMs }: Schedule, once: () => Promise<void>): () => Promise<void> {
  let busy: Promise<void> | undefined;
  const tick = () => {
    busy ??= once().finally(() => {
      busy = undefined;
    });
  };
  let interval: NodeJS.Timeout | undefined;
  const first = setTimeout(() => {
    tick();
    interval = setInterval(tick, everyMs);
  }, firstAfterMs);
  return async () => {
    clearTimeout(first);
    clearInterval(interval);
    await busy;
  };
}

async function run({ function: name, event }: Schedule, { invoke, onLine }: SchedulesOptions): Promise<void> {
  try {
    await invoke(name, event);
  } catch (error) {
    const reason = error instanceof Error ? error.message : typeof error;
    note(onLine, "schedules", "error", `${name} failed`, { ...event, reason });
  }
}
