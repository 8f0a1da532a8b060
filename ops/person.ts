import { history } from "../lib/ledger/trail.ts";
import type { Connection } from "./connection.ts";
import type { Row } from "./print.ts";

/** What happened to a person, oldest first. */
export async function timeline({ table, identity }: Connection, email: string): Promise<Row[]> {
  const entries = await history(table, identity.person(email));
  return entries.map((entry) => ({
    received: entry.receivedAt,
    kind: entry.kind,
    action: entry.action,
    outcome: entry.outcome,
    reason: entry.reason,
    ...(entry.lookup && { "source says": entry.lookup }),
    ...(entry.contradicts && { "against it": entry.contradicts }),
    ...(entry.rule && { rule: entry.rule }),
    ms: entry.ms,
    event: entry.event,
    attempt: entry.attempt,
    mode: entry.mode,
    ...(entry.by && { by: entry.by }),
    ...(entry.note && { note: entry.note }),
  }));
}
