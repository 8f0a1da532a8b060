import { bill } from "../cost.ts";
import { countEvents } from "../counted.ts";
import type { Group } from "../group.ts";
import { atMost } from "../row.ts";

/** Rows 10 and 12: calls per event, counted, and what they cost. */
export const counts: Group = async ({ folder, progress }) => {
  progress("calls per event");
  const { joiner, mover, leaver, duplicate, logBytes } = await countEvents(folder);
  const million = { events: 1_000_000, counts: joiner, logBytes };
  return [
    atMost(2, "calls", "10 Arize calls of a joiner", [joiner.arizeCalls]),
    atMost(2, "calls", "10 Arize calls of a mover", [mover.arizeCalls]),
    atMost(3, "calls", "10 Arize calls of a leaver", [leaver.arizeCalls]),
    atMost(1, "calls", "10 Arize calls of a duplicate", [duplicate.arizeCalls]),
    atMost(2, "writes", "10 ledger writes of a joiner", [joiner.ledgerWrites]),
    atMost(8, "USD", "12 a million events one by one", [bill({ ...million, batch: 1 }).total]),
    atMost(3, "USD", "12 a million events in batches of 10", [bill({ ...million, batch: 10 }).total]),
  ];
};
