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
import { type LifecycleEvent, parseEvent, takesAway } from "./lifecycle/event.ts";
import { deduplicationId, type Identity } from "./lifecycle/identity.ts";

/** Two FIFO queues, so that a termination never waits behind an onboarding wave. */
export type Lane = "leavers" | "changes";

/**
 * Who loses their access has a lane of their own, but for those who left one of several groups: these must not overtake
 * the addition to another group that their source sent before.
 */
export function laneOf({ kind, membership }: Pick<LifecycleEvent, "kind" | "membership">): Lane {
  const isMove = membership !== undefined && membership.among.length > 1;
  return takesAway(kind) && !isMove ? "leavers" : "changes";
}

export type QueueUrls = Record<Lane, string>;

// SQS takes 10 entries and 256 KiB a request; the margin is for the entries' attributes.
const batchEntries = 10;
const batchBytes = 240 * 1024;
const sendAttempts = 3;

/** How long going through a dead-letter queue may last: less than a look, or it would see messages twice. */
const throughMs = 30_000;

/** How long a look at a dead-letter queue may take before others see its messages again. */
const lookSeconds = 60;

/** A message on a dead-letter queue. */
export interface DeadLetter {
  messageId: string;
  body: string;
  receipt: string;
  /** The message group: of a copy that this system made see `deadLetter` and `deadLetterMalformed`, else the lane's. */
  group: string;
  /** When it was sent, as SQS says; epoch milliseconds. */
  sentAt: number;
  /** Whether this system put it there, after it had written it into the ledger; if not, SQS itself gave the message up. */
  isCopy: boolean;
}

/** The group of the copy of a message that was no event, by that message's id. */
export function malformedGroup(messageId: string): string {
  return createHash("sha256").update(messageId).digest("hex");
}

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

  /** Opens a connection ahead of time: SQS refuses an empty batch, but over a connection that then stands. */
  async connect(): Promise<void> {
    await this.#sqs.send(new SendMessageBatchCommand({ QueueUrl: this.#urls.leavers, Entries: [] })).catch(() => {});
  }

  /**
   * Puts events on their lanes, each person's in the order given. Resolves once SQS has all of them.
   * @throws RetryLater `queue_unavailable` when it has not
   */
  async send(events: readonly LifecycleEvent[]): Promise<void> {
    for (const lane of ["leavers", "changes"] as const) {
      const entries = events.filter((event) => laneOf(event) === lane).map((event) => this.#entry(event));
      for (const batch of batches(entries)) await this.#sendBatch(this.#urls[lane], batch);
    }
  }

  /** Puts a copy of a parked event on its lane's dead-letter queue. @throws RetryLater `queue_unavailable` */
  async deadLetter(event: LifecycleEvent): Promise<void> {
    // In a group of its own: nothing here is worked in order, and `forgetDeadLetter` must not find one behind another.
    const entry = { ...this.#entry(event), MessageGroupId: deduplicationId(event) };
    await this.#sendBatch(this.#deadLetterUrls[laneOf(event)], [entry]);
  }

  /** Puts a message that is no event on the dead-letter queue as it is. @throws RetryLater `queue_unavailable` */
  async deadLetterMalformed(lane: Lane, messageId: string, body: string): Promise<void> {
    const id = malformedGroup(messageId);
    const entry = { MessageBody: body, MessageGroupId: id, MessageDeduplicationId: id };
    await this.#sendBatch(this.#deadLetterUrls[lane], [entry]);
  }

  /**
   * Takes the copies of an event's earlier attempts off its dead-letter queue, once it was redriven or dismissed. Looks at
   * what is visible there now, for half a minute at most; a copy that somebody else is looking at stays.
   * @throws RetryLater `queue_unavailable`
   */
  async forgetDeadLetter(event: LifecycleEvent): Promise<void> {
    await this.deleteDeadLetters(laneOf(event), ({ body }) => isEarlier(body, event));
  }

  /**
   * Takes what matches off a dead-letter queue, as far as it is visible there now, for half a minute at most.
   * @returns how many messages
   * @throws RetryLater `queue_unavailable`
   */
  async deleteDeadLetters(lane: Lane, matches: (letter: DeadLetter) => boolean): Promise<number> {
    const letters = await this.#lookAtAll(lane);
    const matching = letters.filter(matches);
    const others = letters.filter((letter) => !matching.includes(letter));
    for (const letter of matching) await this.deleteDeadLetter(lane, letter);
    await this.unhideDeadLetters(
      lane,
      others.map(({ receipt }) => receipt),
    );
    return matching.length;
  }

  /** What is visible on a dead-letter queue now; it stays there. @throws RetryLater `queue_unavailable` */
  async listDeadLetters(lane: Lane): Promise<DeadLetter[]> {
    const letters = await this.#lookAtAll(lane);
    await this.unhideDeadLetters(
      lane,
      letters.map(({ receipt }) => receipt),
    );
    return letters;
  }

  // Each message is seen once: what was looked at stays hidden while the next ones come.
  async #lookAtAll(lane: Lane): Promise<DeadLetter[]> {
    const all: DeadLetter[] = [];
    const end = Date.now() + throughMs;
    for (let letters = await this.lookAtDeadLetters(lane); letters.length > 0; ) {
      all.push(...letters);
      letters = Date.now() < end ? await this.lookAtDeadLetters(lane) : [];
    }
    return all;
  }

  /** Takes a message off a dead-letter queue for good. @throws RetryLater `queue_unavailable` */
  async deleteDeadLetter(lane: Lane, { receipt }: DeadLetter): Promise<void> {
    const command = new DeleteMessageCommand({ QueueUrl: this.#deadLetterUrls[lane], ReceiptHandle: receipt });
    await translated(this.#sqs.send(command));
  }

  /**
   * Up to ten messages of a dead-letter queue that nobody is looking at; none when there are no more. They stay there, and
   * hidden for a minute unless `unhideDeadLetters` shows them again.
   * @throws RetryLater `queue_unavailable`
   */
  async lookAtDeadLetters(lane: Lane): Promise<DeadLetter[]> {
    const receive = new ReceiveMessageCommand({
      QueueUrl: this.#deadLetterUrls[lane],
      MaxNumberOfMessages: 10,
      VisibilityTimeout: lookSeconds,
      WaitTimeSeconds: 0,
      MessageSystemAttributeNames: ["MessageGroupId", "MessageDeduplicationId", "SentTimestamp"],
    });
    const { Messages = [] } = await translated(this.#sqs.send(receive));
    return Messages.map(({ MessageId = "", Body = "", ReceiptHandle = "", Attributes = {} }) => ({
      messageId: MessageId,
      body: Body,
      receipt: ReceiptHandle,
      group: Attributes.MessageGroupId ?? "",
      sentAt: Number(Attributes.SentTimestamp ?? Number.NaN),
      // Only `deadLetter` and `deadLetterMalformed` give a message a group of its own.
      isCopy:
        Attributes.MessageGroupId !== undefined && Attributes.MessageGroupId === Attributes.MessageDeduplicationId,
    }));
  }

  /** Ends a look, so that an operator's command finds the messages. @throws RetryLater `queue_unavailable` */
  async unhideDeadLetters(lane: Lane, receipts: readonly string[]): Promise<void> {
    await this.#changeVisibility(this.#deadLetterUrls[lane], receipts, 1);
  }

  /**
   * Hides received messages for a while: how a failed one waits for its next attempt. A failure here costs only time.
   * @throws RetryLater `queue_unavailable`
   */
  async hide(lane: Lane, receipts: readonly string[], seconds: number): Promise<void> {
    await this.#changeVisibility(this.#urls[lane], receipts, seconds);
  }

  async #changeVisibility(QueueUrl: string, receipts: readonly string[], seconds: number): Promise<void> {
    let failed = 0;
    for (const batch of chunk(receipts)) {
      const Entries = batch.map((ReceiptHandle, index) => ({
        Id: String(index),
        ReceiptHandle,
        VisibilityTimeout: seconds,
      }));
      const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries });
      failed += (await translated(this.#sqs.send(command))).Failed?.length ?? 0;
    }
    if (failed > 0) throw new RetryLater("queue_unavailable", { message: `SQS left ${failed} messages as they were` });
  }

  #entry(event: LifecycleEvent): Omit<SendMessageBatchRequestEntry, "Id"> {
    return {
      // Two characters that JSON leaves as they are and SQS refuses, with all of the batch.
      MessageBody: JSON.stringify(event).replace(/[\uFFFE\uFFFF]/g, (one) =>
        one === "\uFFFE" ? "\\ufffe" : "\\uffff",
      ),
      // A placement that has to wait must not hold up what else happens to the person; their lease keeps the two apart.
      MessageGroupId: `${this.#identity.group(event)}${event.kind === "placement" ? ".placement" : ""}`,
      MessageDeduplicationId: deduplicationId(event),
    };
  }

  async #sendBatch(QueueUrl: string, batch: Omit<SendMessageBatchRequestEntry, "Id">[]): Promise<void> {
    let rest: SendMessageBatchRequestEntry[] = batch.map((entry, index) => ({ ...entry, Id: String(index) }));
    let failed: BatchResultErrorEntry[] = [];
    for (let attempt = 0; attempt < sendAttempts && rest.length > 0; attempt++) {
      const answer = await translated(this.#sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: rest })));
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

function isEarlier(body: string, { id, attempt }: LifecycleEvent): boolean {
  try {
    const copy = parseEvent(body);
    return copy.id === id && copy.attempt < attempt;
  } catch {
    return false;
  }
}

async function translated<Answer>(answer: Promise<Answer>): Promise<Answer> {
  return answer.catch((cause: unknown) => {
    throw new RetryLater("queue_unavailable", { cause });
  });
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
