import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterEach, expect, test } from "vitest";
import { queueArn, queueNames, queueUrl, urlOf } from "../../local/environment.ts";
import { startSqs } from "../../local/sqs.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(dataDir?: string) {
  const sqs = await startSqs({ port: 0, dataDir, visibilitySeconds: 120, maxReceiveCount: 7 });
  const client = new SQSClient({
    region: "us-east-1",
    endpoint: urlOf(sqs.port),
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    useQueueUrlAsEndpoint: false,
  });
  const close = async () => {
    client.destroy();
    await sqs.close();
  };
  closing.push(close);
  return { sqs, client, url: (name: string) => queueUrl(sqs.port, name) };
}

const message = (QueueUrl: string, MessageBody: string) =>
  new SendMessageCommand({ QueueUrl, MessageBody, MessageGroupId: "g", MessageDeduplicationId: MessageBody });

test("has two lanes with their dead-letter queues", async () => {
  const { client, url } = await start();
  for (const lane of ["leavers", "changes"] as const) {
    const query = new GetQueueAttributesCommand({ QueueUrl: url(queueNames[lane]), AttributeNames: ["All"] });
    const { Attributes = {} } = await client.send(query);
    expect(Attributes).toMatchObject({
      FifoQueue: "true",
      VisibilityTimeout: "120",
      MessageRetentionPeriod: "1209600",
    });
    const deadLetterTargetArn = queueArn(queueNames[`${lane}DeadLetters`]);
    expect(JSON.parse(Attributes.RedrivePolicy ?? "")).toEqual({ deadLetterTargetArn, maxReceiveCount: 7 });
  }
});

test("gives back after a restart what was waiting and what was being worked, in order", async () => {
  const dataDir = mkdtempSync(join(tmpdir(), "queues-"));
  const first = await start(dataDir);
  const QueueUrl = first.url(queueNames.changes);
  await first.client.send(message(QueueUrl, "one"));
  await first.client.send(message(QueueUrl, "two"));
  expect((await first.client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages).toHaveLength(1);
  await closing.pop()?.();

  const second = await start(dataDir);
  const query = new ReceiveMessageCommand({
    QueueUrl: second.url(queueNames.changes),
    WaitTimeSeconds: 20,
    MessageSystemAttributeNames: ["All"],
  });
  const { Messages = [] } = await second.client.send(query);
  expect(Messages).toMatchObject([{ Body: "one", Attributes: { ApproximateReceiveCount: "2" } }]);
});

test("answers waiting receives when told to, and loses nothing by it", async () => {
  const { sqs, client, url } = await start();
  const QueueUrl = url(queueNames.leavers);
  const receive = () => client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
  const wake = setInterval(() => sqs.endLongPolls(), 5);
  expect((await receive()).Messages).toBeUndefined();
  clearInterval(wake);
  await client.send(message(QueueUrl, "one"));
  expect((await receive()).Messages).toMatchObject([{ Body: "one" }]);
});

test("names a taken port", async () => {
  const { sqs } = await start();
  const again = startSqs({ port: sqs.port, visibilitySeconds: 1, maxReceiveCount: 1 });
  await expect(again).rejects.toMatchObject({ name: "PortTaken", port: sqs.port });
});
