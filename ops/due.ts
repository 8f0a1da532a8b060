import { listScheduled } from "../lib/ledger/shelf.ts";
import type { Target } from "./connection.ts";
import type { Row } from "./print.ts";

/** Events that wait for their day, earliest first. @throws RetryLater */
export async function listDueEvents({ table }: Pick<Target, "table">): Promise<Row[]> {
  const scheduled = await listScheduled(table);
  return scheduled.map(({ event }) => ({
    due: event.effectiveAt ?? event.occurredAt,
    kind: event.kind,
    person: event.person.email ?? `id ${event.person.externalId}`,
    source: event.source,
    planned: event.occurredAt,
    id: event.id,
  }));
}
