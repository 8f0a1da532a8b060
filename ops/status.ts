import { readScheduled } from "../lib/ledger/due.ts";
import { type LastRun, readLastRuns } from "../lib/ledger/runs.ts";
import { isWaiting, readShelf, type Shelved } from "../lib/ledger/shelf.ts";
import type { Target } from "./connection.ts";
import { countLanes, type LaneCounts } from "./queues.ts";
import { readSecretAges, type SecretAge } from "./secret-ages.ts";
import { readWatched, type Watched } from "./watch.ts";

/** What waits on a shelf. */
export interface Waiting {
  count: number;
  /** Since when the oldest does, ISO 8601. */
  oldest: string | undefined;
  byReason: Record<string, number>;
}

/** How a stack is doing. */
export interface Status {
  where: string;
  mode: string;
  /** Whether the deployed mode is another than that of the configuration at hand. */
  isOtherMode: boolean;
  lanes: LaneCounts[];
  watched: Watched | undefined;
  held: Waiting;
  parked: Waiting;
  scheduled: number;
  /** Held, parked and planned events that another version wrote, and that are in none of these counts. */
  unreadable: number;
  reconciled: LastRun[];
  secrets: SecretAge[];
}

/** Looks at everything that may be stuck. @throws RetryLater, or what SQS throws, when there is no answer */
export async function readStatus(target: Target): Promise<Status> {
  const { table, where, mode, config } = target;
  const [lanes, watched, held, parked, scheduled, reconciled, secrets] = await Promise.all([
    countLanes(target),
    readWatched(target),
    readShelf(table, "HELD"),
    readShelf(table, "PARKED"),
    readScheduled(table),
    readLastRuns(table),
    readSecretAges(target),
  ]);
  const about = { where, mode, isOtherMode: mode !== config.mode };
  return {
    ...about,
    lanes,
    watched,
    held: sum(held.items),
    parked: sum(parked.items),
    scheduled: scheduled.items.length,
    unreadable: held.unreadable.length + parked.unreadable.length + scheduled.unreadable.length,
    reconciled,
    secrets,
  };
}

function sum(shelved: readonly Shelved[]): Waiting {
  const now = Date.now();
  const waiting = shelved.filter((one) => isWaiting(one, now));
  const byReason: Record<string, number> = {};
  for (const { reason } of waiting) byReason[reason] = (byReason[reason] ?? 0) + 1;
  return { count: waiting.length, oldest: waiting[0]?.at, byReason };
}
