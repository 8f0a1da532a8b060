import type { AuditLogsClient } from "../arize/audit-logs-client.ts";
import { ApiException } from "../http/errors.ts";
import type { Activity, EvidenceEntry } from "./entry.ts";

/**
 * Adds what each person who was removed did at Arize between the trigger and their removal. Where the account has no audit
 * log, or it does not answer, the entries say so.
 */
export async function addActivity(
  client: AuditLogsClient,
  entries: readonly EvidenceEntry[],
): Promise<EvidenceEntry[]> {
  let unavailable: Activity | undefined;
  const told: EvidenceEntry[] = [];
  for (const entry of entries) {
    const { userId, happenedAt: from, goneAt: to } = entry;
    if (userId === undefined || to === undefined) {
      told.push(entry);
      continue;
    }
    const activity: Activity = unavailable ?? (await client.list({ userId, from, to }).catch(explain));
    if (!Array.isArray(activity)) unavailable = activity;
    told.push({ ...entry, activity });
  }
  return told;
}

function explain(error: unknown): Activity {
  if (!(error instanceof ApiException)) throw error;
  return error.kind === "permission" ? "audit logging is not enabled" : "could not be asked";
}
