import { append, type TrailEntry } from "../../lib/ledger/trail.ts";
import type { Connection } from "../../ops/connection.ts";

const hourMs = 3_600_000;
const sources = ["okta", "okta", "workos", "entra", "hibob", "standard"];

/** A number from 0 to 1 that looks drawn and is the same in each run. */
function drawn(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}

/** Writes a month of joiners and leavers into the ledger, as if they had happened, so that charts have something to show. */
export async function inventHistory({ table, identity, auditDays }: Connection, now: number): Promise<void> {
  const entries = Array.from({ length: 420 }, (_, index) => invented(index, now));
  for (let start = 0; start < entries.length; start += 25) {
    const some = entries.slice(start, start + 25);
    await Promise.all(
      some.map((entry, index) =>
        append(table, identity.person(`person${start + index}@example.com`), entry, auditDays),
      ),
    );
  }
}

function invented(index: number, now: number): TrailEntry {
  const isRecent = index % 3 !== 0;
  const age = (isRecent ? 24 : 30 * 24) * hourMs * drawn(index + 1);
  // A tenth met a rate limit, or an Arize that was slow for a while.
  const ms = Math.round(700 + 900 * drawn(index + 2) + (drawn(index + 3) > 0.9 ? 45_000 * drawn(index + 4) : 0));
  const receivedAt = new Date(now - age - ms).toISOString();
  const source = sources[index % sources.length] ?? "okta";
  const isLeaver = drawn(index + 5) > 0.55;
  return {
    event: `${source}:invented-${index}`,
    source,
    kind: isLeaver ? "leaver" : "joiner",
    attempt: 0,
    occurredAt: receivedAt,
    receivedAt,
    finishedAt: new Date(now - age).toISOString(),
    action: isLeaver ? "delete" : "create",
    outcome: isLeaver ? "removed" : "invited",
    mode: "act",
    ms,
  };
}
