import { setTimeout as delay } from "node:timers/promises";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { note, type OnLine } from "./report.ts";
import { sqsEvent, succeeded } from "./sqs-event.ts";

export interface PollerOptions {
  client: SQSClient;
  queueUrl: string;
  queueArn: string;
  /** How many batches may be worked at the same time. */
  count: number;
  /** Calls the function. Rejects when the whole batch has failed. */
  invoke(event: unknown): Promise<unknown>;
  onLine: OnLine;
}

export interface Poller {
  /** Starts no more batches and waits for the running ones. Long polls have to be ended by the queue. */
  stop(): Promise<void>;
}

/**
 * Lambda's event source for one queue: up to ten messages a batch, successes deleted, failures left to their visibility
 * timeout, which the function itself may have changed.
 */
export function startPoller(options: PollerOptions): Poller {
  const stopping = new AbortController();
  const loops = Array.from({ length: options.count }, () => poll(options, stopping.signal));
  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

async function poll(options: PollerOptions, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted) {
    try {
      const messages = await receive(options);
      if (messages.length > 0) await work(options, messages);
    } catch (error) {
      if (stopping.aborted) return;
      const name = error instanceof Error ? error.name : typeof error;
      note(options.onLine, "poller", "error", "the queue does not answer", { queue: options.queueUrl, error: name });
      await delay(1_000, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

async function receive({ client, queueUrl }: PollerOptions): Promise<Message[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: queueUrl,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: 20,
      MessageSystemAttributeNames: ["All"],
      MessageAttributeNames: ["All"],
    }),
  );
  return Messages;
}

async function work(options: PollerOptions, messages: Message[]): Promise<void> {
  const done = await outcome(options, messages);
  if (done.length === 0) return;
  const answer = await options.client.send(
    new DeleteMessageBatchCommand({
      QueueUrl: options.queueUrl,
      Entries: done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
    }),
  );
  const failed = answer.Failed?.length ?? 0;
  if (failed > 0)
    note(options.onLine, "poller", "warn", "messages could not be deleted and will come again", { failed });
}

/** The messages that are done with. */
async function outcome({ invoke, queueArn, onLine }: PollerOptions, messages: Message[]): Promise<Message[]> {
  const count = messages.length;
  let response: unknown;
  try {
    response = await invoke(sqsEvent(messages, queueArn));
  } catch (error) {
    const reason = error instanceof Error ? error.message : typeof error;
    note(onLine, "poller", "error", "a batch failed as a whole", { queue: queueArn, count, reason });
    return [];
  }
  const done = succeeded(messages, response);
  if (done) return done;
  const reason = "the answer is no batch response, or names messages that were not in the batch";
  note(onLine, "poller", "error", "a batch failed as a whole", { queue: queueArn, count, reason });
  return [];
}
