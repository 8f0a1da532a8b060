import type { SQSRecord } from "aws-lambda";
import { Alone } from "./lifecycle/alone.ts";

/** What could not be done in a batch: a person's messages from the first failure on, and the failure. */
export interface FailedRun {
  records: SQSRecord[];
  error: unknown;
}

/**
 * Works a batch from a FIFO queue: people side by side, the messages of one person in order. A failed message fails the
 * later ones of the same person too, so that their order is kept, and nobody else's.
 */
export async function workFifoBatch(
  records: readonly SQSRecord[],
  workOne: (record: SQSRecord, alone: Alone) => Promise<void>,
): Promise<FailedRun[]> {
  const people = Map.groupBy(records, (record) => record.attributes.MessageGroupId ?? record.messageId);
  const alone = new Alone(people.size);
  const runs = [...people.values()].map(async (own): Promise<FailedRun | undefined> => {
    try {
      return await workInOrder(own, (record) => workOne(record, alone));
    } finally {
      alone.leave();
    }
  });
  return (await Promise.all(runs)).filter((run) => run !== undefined);
}

async function workInOrder(
  records: SQSRecord[],
  workOne: (record: SQSRecord) => Promise<void>,
): Promise<FailedRun | undefined> {
  for (const [index, record] of records.entries()) {
    try {
      await workOne(record);
    } catch (error) {
      return { records: records.slice(index), error };
    }
  }
  return undefined;
}
