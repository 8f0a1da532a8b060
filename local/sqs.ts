import { buildApp } from "fauxqs";
// The package exports only its servers, which listen on every interface; persistence has to be wired through its stores.
import { PersistenceManager } from "../node_modules/fauxqs/dist/persistence.js";
import { S3Store } from "../node_modules/fauxqs/dist/s3/s3Store.js";
import { SnsStore } from "../node_modules/fauxqs/dist/sns/snsStore.js";
import { SqsStore } from "../node_modules/fauxqs/dist/sqs/sqsStore.js";
import { queueArn, queueNames, queueUrl, region } from "./environment.ts";
import { portOf, translateListenError } from "./listen.ts";

export interface LocalSqs {
  port: number;
  /** Answers every waiting receive at once. Cut instead, it would take its next message and hide it. */
  endLongPolls(): void;
  close(): Promise<void>;
}

export interface LocalSqsOptions {
  port: number;
  /** Where messages are kept; in memory without. */
  dataDir?: string | undefined;
  visibilitySeconds: number;
  maxReceiveCount: number;
}

/** Starts the SQS emulator with the four queues. @throws PortTaken */
export async function startSqs(options: LocalSqsOptions): Promise<LocalSqs> {
  const sqsStore = new SqsStore();
  const app = buildApp({
    logger: false,
    defaultRegion: region,
    stores: { sqsStore, snsStore: new SnsStore(), s3Store: new S3Store() },
  });
  let persistence: PersistenceManager | undefined;
  app.addHook("preClose", async () => persistence?.close());
  await app.listen({ host: "127.0.0.1", port: options.port }).catch((error: unknown) => {
    throw translateListenError(error, options.port);
  });
  // Only now: a second stack on the same ports and data fails above, and has touched nothing.
  if (options.dataDir !== undefined) persistence = restore(sqsStore, options.dataDir);
  const port = portOf(app.server);
  createQueues(sqsStore, port, options);
  return {
    port,
    endLongPolls: () => sqsStore.shutdown(),
    close: async () => {
      sqsStore.shutdown();
      await app.close();
    },
  };
}

/** Loads what an earlier run left, and keeps what happens from now on. The order is fauxqs' own. */
function restore(sqsStore: SqsStore, dataDir: string): PersistenceManager {
  const persistence = new PersistenceManager(dataDir);
  persistence.loadSqsAndSns(sqsStore, new SnsStore());
  sqsStore.persistence = persistence;
  for (const queue of sqsStore.allQueues()) {
    queue.persistence = persistence;
    // Who had received these is gone. A second, because fauxqs loses a message made visible at once.
    for (const { receiptHandle } of queue.inspectMessages().inflight) queue.changeVisibility(receiptHandle, 1);
  }
  return persistence;
}

function createQueues(store: SqsStore, port: number, options: LocalSqsOptions): void {
  const fourteenDays = String(14 * 24 * 60 * 60);
  const common = {
    FifoQueue: "true",
    VisibilityTimeout: String(options.visibilitySeconds),
    MessageRetentionPeriod: fourteenDays,
  };
  const ensure = (name: string, attributes: Record<string, string>) => {
    const queue = store.getQueueByName(name);
    if (queue) queue.setAttributes(attributes);
    else store.createQueue(name, queueUrl(port, name), queueArn(name), attributes);
  };
  const lanes = [
    [queueNames.leavers, queueNames.leaversDeadLetters],
    [queueNames.changes, queueNames.changesDeadLetters],
  ] as const;
  for (const [lane, deadLetters] of lanes) {
    ensure(deadLetters, common);
    const redrive = { deadLetterTargetArn: queueArn(deadLetters), maxReceiveCount: options.maxReceiveCount };
    ensure(lane, { ...common, RedrivePolicy: JSON.stringify(redrive) });
  }
}
