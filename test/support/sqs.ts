import {
  DeleteMessageCommand,
  type Message,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll } from "vitest";
import { Identity } from "../../lib/lifecycle/identity.ts";
import { EventQueue } from "../../lib/queue.ts";
import { queueNames, queueUrl, region, urlOf } from "../../local/environment.ts";
import { startSqs } from "../../local/sqs.ts";
import { hearQueues } from "./silence.ts";

hearQueues(SQSClient);

export type QueueName = keyof typeof queueNames;

export interface TestSqs {
  port: number;
  client: SQSClient;
  queue: EventQueue;
  url(name: QueueName): string;
  /** Takes everything that is visible off a queue, in order of arrival within each group. */
  drain(name: QueueName): Promise<Message[]>;
  /** Forgets every message, those that are hidden too. */
  purge(): Promise<void>;
}

export const testIdentity = new Identity("invented-identity-key");

/** A client for an SQS endpoint on this machine. */
export function sqsClient(endpoint: string): SQSClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ region, endpoint, credentials, useQueueUrlAsEndpoint: false });
}

/** The event queue with the four SQS queues behind a port. */
export function eventQueue(client: SQSClient, port: number): EventQueue {
  const url = (name: QueueName) => queueUrl(port, queueNames[name]);
  return new EventQueue(
    client,
    { leavers: url("leavers"), changes: url("changes") },
    { leavers: url("leaversDeadLetters"), changes: url("changesDeadLetters") },
    testIdentity,
  );
}

/** Queues of the calling test file's own, over the real SDK and a socket; they end with the file. */
export async function openTestSqs(): Promise<TestSqs> {
  const sqs = await startSqs({ port: 0, visibilitySeconds: 600, maxReceiveCount: 1000 });
  const client = sqsClient(urlOf(sqs.port));
  afterAll(async () => {
    client.destroy();
    await sqs.close();
  });
  const url = (name: QueueName) => queueUrl(sqs.port, queueNames[name]);
  return {
    port: sqs.port,
    client,
    queue: eventQueue(client, sqs.port),
    url,
    drain: (name) => drain(client, url(name)),
    purge: async () => {
      for (const name of Object.values(queueNames)) {
        await client.send(new PurgeQueueCommand({ QueueUrl: queueUrl(sqs.port, name) }));
      }
    },
  };
}

async function drain(client: SQSClient, QueueUrl: string): Promise<Message[]> {
  const drained: Message[] = [];
  const receive = new ReceiveMessageCommand({
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageSystemAttributeNames: ["All"],
  });
  for (;;) {
    const { Messages = [] } = await client.send(receive);
    if (Messages.length === 0) return drained;
    for (const message of Messages) {
      drained.push(message);
      await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}
