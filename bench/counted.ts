import type { LifecycleEvent } from "../lib/lifecycle/event.ts";
import { bundleOurs } from "./build.ts";
import { batchOf, eventOf } from "./events.ts";
import { type Laboratory, openLaboratory, startFunction } from "./laboratory.ts";

/** What one event costs in calls. */
export interface Counts {
  arizeCalls: number;
  ledgerReads: number;
  ledgerWrites: number;
}

export interface Counted extends Record<"joiner" | "mover" | "leaver" | "duplicate", Counts> {
  /** What the worker logs about one event, metrics included, on average. */
  logBytes: number;
}

const writes = ["PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"];

/** Sends one person's events through the bundled worker, one at a time, and counts what it asks for. */
export async function countEvents(folder: string): Promise<Counted> {
  const { file } = await bundleOurs("provision", folder);
  const laboratory = await openLaboratory(folder);
  let logBytes = 0;
  const worker = await startFunction(file, laboratory, (text) => {
    logBytes += Buffer.byteLength(text) + 1;
  });
  let events = 0;
  const count = async (event: LifecycleEvent): Promise<Counts> => {
    const before = totals(laboratory);
    await worker.invoke(batchOf([event]));
    events++;
    const after = totals(laboratory);
    return {
      arizeCalls: after.arizeCalls - before.arizeCalls,
      ledgerReads: after.ledgerReads - before.ledgerReads,
      ledgerWrites: after.ledgerWrites - before.ledgerWrites,
    };
  };
  // What the first event of a process needs is no event's own.
  await count(eventOf("joiner", "first@example.com"));
  const start = Date.now();
  const at = (ms: number) => new Date(start + ms);
  const joiner = eventOf("joiner", "ada@example.com", at(0));
  const counted = {
    joiner: await count(joiner),
    duplicate: await count(joiner),
    mover: await count({
      ...eventOf("mover", "ada@example.com", at(1)),
      person: { email: "ada@example.com", name: "A" },
    }),
    leaver: await count(eventOf("leaver", "ada@example.com", at(2))),
  };
  await worker.stop();
  await laboratory.close();
  return { ...counted, logBytes: Math.round(logBytes / events) };
}

function totals({ fronts }: Laboratory): Counts {
  const ledger = Object.entries(fronts.dynamodb.requests());
  const sum = (entries: [string, number][]) => entries.reduce((total, [, count]) => total + count, 0);
  return {
    arizeCalls: sum(Object.entries(fronts.arize.requests())),
    ledgerReads: sum(ledger.filter(([operation]) => !writes.includes(operation))),
    ledgerWrites: sum(ledger.filter(([operation]) => writes.includes(operation))),
  };
}
