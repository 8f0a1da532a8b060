import { note, type OnLine } from "./report.ts";

/** When a mode of the reconcile function runs. */
export interface Schedule {
  mode: "due" | "invitations" | "full";
  /** Milliseconds from the start to the first run. */
  firstAfterMs: number;
  everyMs: number;
}

const minute = 60_000;

/** `full` comes first, because the guards take their denominators from it. */
export const defaultSchedules: readonly Schedule[] = [
  { mode: "full", firstAfterMs: 0, everyMs: 24 * 60 * minute },
  { mode: "invitations", firstAfterMs: 5_000, everyMs: 60 * minute },
  { mode: "due", firstAfterMs: minute, everyMs: minute },
];

export interface Schedules {
  /** Starts no more runs and waits for the running ones. */
  stop(): Promise<void>;
}

/** Runs reconcile as its schedules say. A failed run is reported; a run that is due while the last one is busy is left out. */
export function startSchedules(
  schedules: readonly Schedule[],
  options: { invoke(event: unknown): Promise<unknown>; onLine: OnLine },
): Schedules {
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

async function run(
  { mode }: Schedule,
  { invoke, onLine }: { invoke(event: unknown): Promise<unknown>; onLine: OnLine },
): Promise<void> {
  try {
    await invoke({ mode });
  } catch (error) {
    const reason = error instanceof Error ? error.message : typeof error;
    note(onLine, "schedules", "error", "reconcile failed", { mode, reason });
  }
}
