import { createHash } from "node:crypto";
import {
  type BatchResultErrorEntry,
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SendMessageBatchRequestEntry,
  type SQSClient,
} from "@aws-sdk/client-sqs";
import { RetryLater } from "./errors.ts";
import { type Kind, type LifecycleEvent, parseEvent } from "./lifecycle/event.ts";
import { deduplicationId, type Identity } from "./lifecycle/identity.ts";

/** Two FIFO queues, so that a termination never waits behind an onboarding wave. */
export type Lane = "leavers" | "changes";

export function laneOf(kind: Kind): Lane {
  return kind === "leaver" ? "leavers" : "changes";
}

export type QueueUrls = Record<Lane, string>;

// SQS takes 10 entries and 256 KiB a request; the margin is for the entries' attributes.
const batchEntries = 10;
const batchBytes = 240 * 1024;
const sendAttempts = 3;

/** The queues, as the rest of the code sees them. */
export class EventQueue {
  readonly #sqs: SQSClient;
  readonly #urls: QueueUrls;
  readonly #deadLetterUrls: QueueUrls;
  readonly #identity: Identity;

  constructor(sqs: SQSClient, urls: QueueUrls, deadLetterUrls: QueueUrls, identity: Identity) {
    this.#sqs = sqs;
    this.#urls = urls;
    this.#deadLetterUrls = deadLetterUrls;
    this.#identity = identity;
  }

  /** The lane whose queue has this ARN: its last part is the queue's name, as is the last part of the URL. */
  laneOfArn(arn: string): Lane {
    return this.#urls.leavers.endsWith(`/${arn.split(":").at(-1)}`) ? "leavers" : "changes";
  }

  /**
   * Puts events on their lanes, each person's in the order given. Resolves once SQS has all of them.
   * @throws RetryLater `queue_unavailable` when it has not
   */
  async send(events: readonly LifecycleEvent[]): Promise<void> {
    for (const lane of ["leavers", "changes"] as const) {
      const entries = events.filter((event) => laneOf(event.kind) === lane).map((event) => this.#entry(event));
      for (const batch of batches(entries)) await this.#sendBatch(this.#urls[lane], batch);
    }
  }

  /** Puts a copy of a parked event on its lane's dead-letter queue. @throws RetryLater `queue_unavailable` */
  async deadLetter(event: LifecycleEvent): Promise<void> {
    // In a group of its own: nothing here is worked in order, and `forgetDeadLetter` must not find one behind another.
    const entry = { ...this.#entry(event), MessageGroupId: deduplicationId(event) };
    await this.#sendBatch(this.#deadLetterUrls[laneOf(event.kind)], [entry]);
  }

  /** Puts a message that is no event on the dead-letter queue as it is. @throws RetryLater `queue_unavailable` */
  async deadLetterMalformed(lane: Lane, messageId: string, body: string): Promise<void> {
    const id = createHash("sha256").update(messageId).digest("hex");
    const entry = { MessageBody: body, MessageGroupId: id, MessageDeduplicationId: id };
    await this.#sendBatch(this.#deadLetterUrls[lane], [entry]);
  }

  /**
   * Takes the copies of an event off its dead-letter queue, once it was redriven or dismissed. Looks at what is visible
   * there now; a copy that somebody else is looking at stays.
   */
  async forgetDeadLetter(event: Pick<LifecycleEvent, "id" | "kind">): Promise<void> {
    const QueueUrl = this.#deadLetterUrls[laneOf(event.kind)];
    // Each message is seen once a round: what was received stays hidden while the next ones come.
    for (;;) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 10, WaitTimeSeconds: 0 }),
      );
      if (Messages.length === 0) return;
      const copies = Messages.filter((message) => idOf(message.Body) === event.id);
      for (const { ReceiptHandle } of copies)
        await this.#sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  }

  /** Hides received messages for a while: how a failed one waits for its next attempt. Failures here cost only time. */
  async hide(lane: Lane, receipts: readonly string[], seconds: number): Promise<void> {
    for (const batch of chunk(receipts)) {
      await this.#sqs.send(
        new ChangeMessageVisibilityBatchCommand({
          QueueUrl: this.#urls[lane],
          Entries: batch.map((ReceiptHandle, index) => ({
            Id: String(index),
            ReceiptHandle,
            VisibilityTimeout: seconds,
          })),
        }),
      );
    }
  }

  #entry(event: LifecycleEvent): Omit<SendMessageBatchRequestEntry, "Id"> {
    return {
      MessageBody: JSON.stringify(event),
      MessageGroupId: this.#identity.group(event),
      MessageDeduplicationId: deduplicationId(event),
    };
  }

  async #sendBatch(QueueUrl: string, batch: Omit<SendMessageBatchRequestEntry, "Id">[]): Promise<void> {
    let rest: SendMessageBatchRequestEntry[] = batch.map((entry, index) => ({ ...entry, Id: String(index) }));
    let failed: BatchResultErrorEntry[] = [];
    for (let attempt = 0; attempt < sendAttempts && rest.length > 0; attempt++) {
      const answer = await this.#sqs
        .send(new SendMessageBatchCommand({ QueueUrl, Entries: rest }))
        .catch((error: unknown) => {
          throw new RetryLater("queue_unavailable", { cause: error });
        });
      const accepted = new Set((answer.Successful ?? []).map(({ Id }) => Id));
      failed = answer.Failed ?? [];
      // What is in neither list was not confirmed, so it is sent again: the deduplication id makes that safe.
      rest = rest.filter(({ Id }) => !accepted.has(Id));
    }
    if (rest.length > 0) {
      throw new RetryLater("queue_unavailable", {
        message: `SQS refused ${rest.length} of ${batch.length} entries: ${failed[0]?.Code ?? "no reason given"}`,
      });
    }
  }
}

function idOf(body: string | undefined): string | undefined {
  try {
    return parseEvent(body ?? "").id;
  } catch {
    return undefined;
  }
}

function* batches<Entry extends { MessageBody?: string | undefined }>(entries: readonly Entry[]): Iterable<Entry[]> {
  let batch: Entry[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(entry.MessageBody ?? "") + 512;
    if (batch.length > 0 && (batch.length === batchEntries || bytes + size > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

function* chunk<Item>(items: readonly Item[]): Iterable<Item[]> {
  for (let start = 0; start < items.length; start += batchEntries) yield items.slice(start, start + batchEntries);
}
