import { readScheduled } from "../lib/ledger/due.ts";
import type { Target } from "./connection.ts";
import type { Row } from "./print.ts";
import { unreadableReason } from "./unreadable.ts";

/** Events that wait for their day, earliest first, and then what cannot be read. @throws RetryLater */
export async function listDueEvents({ table }: Pick<Target, "table">): Promise<Row[]> {
  const { items, unreadable } = await readScheduled(table);
  const rows = items.map(({ event }) => ({
    due: event.effectiveAt ?? event.occurredAt,
    kind: event.kind,
    person: event.person.email ?? `id ${event.person.externalId}`,
    source: event.source,
    planned: event.occurredAt,
    id: event.id,
  }));
  return [...rows, ...unreadable.map(toUnreadable)];
}

// The key of a planned event is its moment and its id.
function toUnreadable(key: string): Row {
  const [due, ...id] = key.split("#");
  return { due, kind: unreadableReason, id: id.join("#") };
}
