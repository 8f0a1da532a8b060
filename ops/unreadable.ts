import { readScheduled } from "../lib/ledger/due.ts";
import { readShelf } from "../lib/ledger/shelf.ts";
import type { Target } from "./connection.ts";

/** What lists say of an event that another version wrote. */
export const unreadableReason = "cannot be read by this version";

/** How many events wait that cannot be read: held, parked or planned. @throws RetryLater */
export async function countUnreadable({ table }: Pick<Target, "table">): Promise<number> {
  const lists = await Promise.all([readShelf(table, "HELD"), readShelf(table, "PARKED"), readScheduled(table)]);
  return lists.reduce((sum, { unreadable }) => sum + unreadable.length, 0);
}
