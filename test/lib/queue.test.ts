import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import {
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
} from "@aws-sdk/client-sqs";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import { kinds, type LifecycleEvent, parseEvent } from "../../lib/lifecycle/event.ts";
import { deduplicationId } from "../../lib/lifecycle/identity.ts";
import { type EventQueue, laneOf } from "../../lib/queue.ts";
import { queueArn, queueNames, urlOf } from "../../local/environment.ts";
import { closeServer, listenOn } from "../../local/listen.ts";
import { at, lifecycleEvent } from "../support/events.ts";
import { eventQueue, openTestSqs, type QueueName, sqsClient, testIdentity } from "../support/sqs.ts";

const sqs = await openTestSqs();
/** How many entries each SendMessageBatch had. */
let batchSizes: number[] = [];
sqs.client.middlewareStack.add(
  (next, { commandName }) =>
    async (args) => {
      if (commandName === "SendMessageBatchCommand") batchSizes.push(entriesOf(args.input));
      return next(args);
    },
  { step: "initialize" },
);
beforeEach(async () => {
  await sqs.purge();
  batchSizes = [];
});

function entriesOf(input: object): number {
  return "Entries" in input && Array.isArray(input.Entries) ? input.Entries.length : 0;
}

const events = (messages: Message[]) => messages.map(({ Body }) => parseEvent(Body ?? ""));
const of = (email: string, overrides: Partial<LifecycleEvent> = {}) =>
  lifecycleEvent({ person: { email }, ...overrides });
const handles = (messages: Message[]) => messages.map(({ ReceiptHandle }) => ReceiptHandle ?? "");

/** Receives so many messages, waiting for those that are hidden yet; they stay hidden from then on. */
async function receive(name: QueueName, count: number): Promise<Message[]> {
  const received: Message[] = [];
  const command = new ReceiveMessageCommand({
    QueueUrl: sqs.url(name),
    MaxNumberOfMessages: 10,
    VisibilityTimeout: 600,
    MessageSystemAttributeNames: ["All"],
    WaitTimeSeconds: 5,
  });
  while (received.length < count) received.push(...((await sqs.client.send(command)).Messages ?? []));
  return received;
}

/** How many messages a queue has, those that are hidden too. */
async function sizeOf(name: QueueName): Promise<number> {
  const AttributeNames = ["ApproximateNumberOfMessages" as const, "ApproximateNumberOfMessagesNotVisible" as const];
  const command = new GetQueueAttributesCommand({ QueueUrl: sqs.url(name), AttributeNames });
  const { Attributes = {} } = await sqs.client.send(command);
  return Object.values(Attributes).reduce((sum, count) => sum + Number(count), 0);
}

describe("lanes", () => {
  test("those whose access ends have one of their own", () => {
    expect(kinds.filter((kind) => laneOf({ kind }) === "leavers")).toEqual(["leaver", "suspend"]);
  });

  test("a removal from the only group is a leaver's, one from a group of several stays behind the additions", () => {
    const membership = (...among: string[]) => ({ of: "a", change: "removed" as const, among });
    expect(laneOf({ kind: "leaver", membership: membership("a") })).toBe("leavers");
    expect(laneOf({ kind: "leaver", membership: membership("a", "b") })).toBe("changes");
    expect(laneOf({ kind: "joiner", membership: { ...membership("a", "b"), change: "added" } })).toBe("changes");
  });

  test("are found by a queue's ARN", () => {
    expect(sqs.queue.laneOfArn(queueArn(queueNames.leavers))).toBe("leavers");
    expect(sqs.queue.laneOfArn(queueArn(queueNames.changes))).toBe("changes");
    expect(sqs.queue.laneOfArn(queueArn(`former-${queueNames.leavers}`))).toBe("changes");
  });
});

describe("sending", () => {
  test("puts every event on its lane, whole, each person's in order", async () => {
    const joined = of("ann@example.com");
    const moved = of("ann@example.com", { kind: "mover" });
    const left = of("ann@example.com", { kind: "leaver" });
    await sqs.queue.send([joined, left, moved]);
    expect(events(await sqs.drain("changes"))).toEqual([joined, moved]);
    expect(events(await sqs.drain("leavers"))).toEqual([left]);
  });

  test("a move from one group to another keeps its order", async () => {
    const among = ["a", "b"];
    const added = of("ann@example.com", { membership: { of: "b", change: "added", among } });
    const removed = of("ann@example.com", { kind: "leaver", membership: { of: "a", change: "removed", among } });
    await sqs.queue.send([added, removed]);
    expect(events(await sqs.drain("changes"))).toEqual([added, removed]);
  });

  test("two events under one id are both taken", async () => {
    const event = of("ann@example.com");
    const later = { ...event, occurredAt: at(1) };
    await sqs.queue.send([event, later]);
    expect(events(await sqs.drain("changes"))).toEqual([event, later]);
  });

  test("two characters that SQS refuses arrive all the same, and keep nobody else's event back", async () => {
    const odd = lifecycleEvent({ person: { email: "ann@example.com", name: "A\uFFFEn\uFFFFn \\ufffe \uFFFD" } });
    const many = [odd, of("ann@example.com")];
    await sqs.queue.send(many);
    const messages = await sqs.drain("changes");
    expect(events(messages)).toEqual(many);
    expect(messages.map(({ Body }) => Body).join()).not.toMatch(/[\uFFFE\uFFFF]/);
  });

  test("nothing asks SQS for nothing", async () => {
    await sqs.queue.send([]);
    expect(batchSizes).toEqual([]);
  });

  test("groups by person, without a trace of their address", async () => {
    const thin = lifecycleEvent({ person: { externalId: "00u1" } });
    await sqs.queue.send([of("ann@example.com"), of("bob@example.com"), thin]);
    const attributes = (await sqs.drain("changes")).map(({ Attributes }) => Attributes);
    expect(attributes.map((one) => one?.MessageGroupId).toSorted()).toEqual(
      [
        testIdentity.person("ann@example.com"),
        testIdentity.person("bob@example.com"),
        testIdentity.group(thin),
      ].toSorted(),
    );
    expect(JSON.stringify(attributes)).not.toMatch(/ann|bob|@|00u1/);
  });

  test("an attempt is taken once, a new attempt again", async () => {
    const event = of("ann@example.com");
    await sqs.queue.send([event]);
    await sqs.queue.send([event]);
    expect(await sqs.drain("changes")).toHaveLength(1);
    await sqs.queue.send([event]);
    expect(await sqs.drain("changes")).toHaveLength(0);
    await sqs.queue.send([{ ...event, attempt: 1 }]);
    const [again] = await sqs.drain("changes");
    expect(again?.Attributes?.MessageDeduplicationId).toBe(deduplicationId({ ...event, attempt: 1 }));
  });

  test("takes ten entries a request", async () => {
    const many = Array.from({ length: 25 }, (_, index) => of(`person${index}@example.com`));
    await sqs.queue.send(many);
    expect(batchSizes).toEqual([10, 10, 5]);
    const arrived = events(await sqs.drain("changes"));
    expect(arrived.map(({ id }) => id).toSorted()).toEqual(many.map(({ id }) => id).toSorted());
  });

  test("and no more bytes than a request may hold", async () => {
    const attributes = Object.fromEntries(Array.from({ length: 45 }, (_, key) => [`key${key}`, "ü".repeat(1000)]));
    const large = Array.from({ length: 6 }, () => lifecycleEvent({ person: { email: "ann@example.com", attributes } }));
    await sqs.queue.send(large);
    expect(batchSizes).toEqual([2, 2, 2]);
    expect(events(await sqs.drain("changes"))).toEqual(large);
  });
});

describe("the dead-letter queues", () => {
  test("get a copy of what is parked, on its lane", async () => {
    const left = of("ann@example.com", { kind: "leaver" });
    const joined = of("ann@example.com");
    await sqs.queue.deadLetter(left);
    await sqs.queue.deadLetter(joined);
    expect(events(await sqs.drain("leaversDeadLetters"))).toEqual([left]);
    expect(events(await sqs.drain("changesDeadLetters"))).toEqual([joined]);
    expect(await sqs.drain("leavers")).toEqual([]);
  });

  test("get a message that is no event as it is, once", async () => {
    await sqs.queue.deadLetterMalformed("leavers", "message-1", "{not an event");
    await sqs.queue.deadLetterMalformed("leavers", "message-1", "{not an event");
    const messages = await sqs.drain("leaversDeadLetters");
    expect(messages.map(({ Body }) => Body)).toEqual(["{not an event"]);
  });

  test("forget the earlier attempts of an event, and show everything else again", async () => {
    const event = of("ann@example.com", { attempt: 2 });
    const kept = [
      event,
      { ...event, attempt: 3 },
      of("ann@example.com"),
      of("bob@example.com"),
      of("ann@example.com", { attempt: 1 }),
    ];
    const parked = [...kept.slice(0, 2), { ...event, attempt: 0 }, { ...event, attempt: 1 }, ...kept.slice(2)];
    for (const one of parked) await sqs.queue.deadLetter(one);
    await sqs.queue.deadLetterMalformed("changes", "message-2", "{not an event");
    await sqs.queue.forgetDeadLetter(event);
    expect(await sizeOf("changesDeadLetters")).toBe(6);
    const left = (await receive("changesDeadLetters", 6)).map(({ Body }) => Body);
    expect(left.toSorted()).toEqual([...kept.map((one) => JSON.stringify(one)), "{not an event"].toSorted());
  });

  test("forget an event behind more messages than one look shows", async () => {
    const event = of("ann@example.com");
    for (let n = 0; n < 12; n++) await sqs.queue.deadLetter(of(`person${n}@example.com`));
    await sqs.queue.deadLetter(event);
    await sqs.queue.forgetDeadLetter({ ...event, attempt: 1 });
    const left = events(await receive("changesDeadLetters", 12)).map(({ id }) => id);
    expect(left).not.toContain(event.id);
    expect(await sizeOf("changesDeadLetters")).toBe(12);
  });

  test("forget on the event's own lane only", async () => {
    const event = of("ann@example.com", { kind: "leaver" });
    await sqs.queue.deadLetter(event);
    await sqs.queue.forgetDeadLetter({ ...event, kind: "joiner", attempt: 1 });
    expect(events(await sqs.drain("leaversDeadLetters"))).toEqual([event]);
  });

  test("forgetting what is not there is nothing", async () => {
    await expect(sqs.queue.forgetDeadLetter(of("ann@example.com"))).resolves.toBeUndefined();
  });

  test("tell copies of this system's from what SQS gave up itself", async () => {
    const [copy, moved] = [of("ann@example.com"), of("bob@example.com")];
    await sqs.queue.deadLetter(copy);
    await sqs.queue.deadLetterMalformed("changes", "message-3", "{not an event");
    await sqs.client.send(
      new SendMessageCommand({
        QueueUrl: sqs.url("changesDeadLetters"),
        MessageBody: JSON.stringify(moved),
        MessageGroupId: testIdentity.group(moved),
        MessageDeduplicationId: deduplicationId(moved),
      }),
    );
    const seen = await sqs.queue.lookAtDeadLetters("changes");
    expect(new Map(seen.map(({ body, isCopy }) => [body, isCopy]))).toEqual(
      new Map([
        [JSON.stringify(copy), true],
        ["{not an event", true],
        [JSON.stringify(moved), false],
      ]),
    );
  });

  test("lose a message that was looked at and deleted, and no other", async () => {
    const [done, kept] = [of("ann@example.com"), of("bob@example.com")];
    for (const one of [done, kept]) await sqs.queue.deadLetter(one);
    const seen = await sqs.queue.lookAtDeadLetters("changes");
    const letter = seen.find(({ body }) => parseEvent(body).id === done.id);
    if (letter === undefined) throw new Error("it was not shown");
    await sqs.queue.deleteDeadLetter("changes", letter);
    expect(await sizeOf("changesDeadLetters")).toBe(1);
    await sqs.queue.unhideDeadLetters(
      "changes",
      seen.filter((one) => one !== letter).map(({ receipt }) => receipt),
    );
    expect(events(await receive("changesDeadLetters", 1))).toEqual([kept]);
  });

  test("show a message to one look at a time, until it ends", async () => {
    await sqs.queue.deadLetter(of("ann@example.com"));
    const seen = await sqs.queue.lookAtDeadLetters("changes");
    expect(seen).toHaveLength(1);
    expect(await sqs.queue.lookAtDeadLetters("changes")).toEqual([]);
    await sqs.queue.unhideDeadLetters(
      "changes",
      seen.map(({ receipt }) => receipt),
    );
    await expect(receive("changesDeadLetters", 1)).resolves.toHaveLength(1);
  });
});

describe("hiding", () => {
  test("lets messages come again after a while, more than ten too", async () => {
    const many = Array.from({ length: 12 }, (_, index) => of(`person${index}@example.com`));
    await sqs.queue.send(many);
    await sqs.queue.hide("changes", handles(await receive("changes", 12)), 1);
    const again = await receive("changes", 12);
    expect(again.map(({ Attributes }) => Attributes?.ApproximateReceiveCount)).toEqual(Array(12).fill("2"));
  });

  test("of what SQS leaves as it was is a failure, once everything was asked for", async () => {
    const asked: number[] = [];
    const schema = z.object({ Entries: z.array(z.object({ Id: z.string(), VisibilityTimeout: z.literal(7) })) });
    const queue = await byHand((body) => {
      const { Entries } = schema.parse(body);
      asked.push(Entries.length);
      const [first, ...rest] = Entries.map(({ Id }) => ({ Id }));
      return { Successful: rest, Failed: [{ ...first, Code: "ReceiptHandleIsInvalid", SenderFault: true }] };
    });
    const receipts = Array.from({ length: 12 }, (_, index) => `receipt ${index}`);
    await expect(queue.hide("changes", receipts, 7)).rejects.toMatchObject({
      name: "RetryLater",
      reason: "queue_unavailable",
      message: "SQS left 2 messages as they were",
    });
    expect(asked).toEqual([10, 2]);
  });

  test("nothing asks SQS for nothing", async () => {
    const queue = await byHand(() => {
      throw new Error("nothing was to be asked");
    });
    await expect(queue.hide("changes", [], 7)).resolves.toBeUndefined();
  });
});

/** The event queue over an SQS by hand, which answers each request's body, or that there is no such queue. */
async function byHand(answer: (body: unknown) => object | undefined): Promise<EventQueue> {
  const server = createServer(async (request, response) => {
    const body = answer(await json(request));
    response.writeHead(body === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify(body ?? { __type: "com.amazonaws.sqs#QueueDoesNotExist", message: "no such queue" }));
  });
  const port = await listenOn(server, 0);
  const client = sqsClient(urlOf(port));
  onTestFinished(async () => {
    client.destroy();
    await closeServer(server);
  });
  return eventQueue(client, port);
}

describe("when SQS does not take everything", () => {
  const sent = z.object({
    Entries: z.array(z.object({ Id: z.string(), MessageBody: z.string(), MessageDeduplicationId: z.string() })),
  });
  type Sent = z.infer<typeof sent>["Entries"];
  type Answer = { Successful?: { Id: string }[]; Failed?: { Id: string; Code: string; SenderFault: boolean }[] };

  /** Answers each SendMessageBatch as told, and notes which events it was sent. */
  async function scripted(answer: (entries: Sent, request: number) => Answer | undefined) {
    const requests: string[][] = [];
    const queue = await byHand((body) => {
      const { Entries } = sent.parse(body);
      requests.push(Entries.map(({ MessageBody }) => parseEvent(MessageBody).id));
      return answer(Entries, requests.length);
    });
    return { queue, requests };
  }

  const md5 = (text: string) => createHash("md5").update(text).digest("hex");
  const accept = (entries: Sent) =>
    entries.map(({ Id, MessageBody }) => ({ Id, MessageId: `m${Id}`, MD5OfMessageBody: md5(MessageBody) }));
  const refuse = (entries: Sent) => entries.map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false }));

  test("what was refused is sent again, and only that", async () => {
    const many = Array.from({ length: 4 }, () => of("ann@example.com"));
    const ids = many.map(({ id }) => id);
    const { queue, requests } = await scripted((entries, request) =>
      request === 1
        ? { Successful: accept(entries.slice(0, 1)), Failed: refuse(entries.slice(1)) }
        : { Successful: accept(entries) },
    );
    await queue.send(many);
    expect(requests).toEqual([ids, ids.slice(1)]);
  });

  test("what was neither taken nor refused is sent again too", async () => {
    const many = Array.from({ length: 3 }, () => of("ann@example.com"));
    const ids = many.map(({ id }) => id);
    const { queue, requests } = await scripted((entries, request) => ({
      Successful: accept(request === 1 ? entries.slice(0, 2) : entries),
    }));
    await queue.send(many);
    expect(requests).toEqual([ids, ids.slice(2)]);
  });

  test("after three refusals it gives up, and later batches are not begun", async () => {
    const many = Array.from({ length: 11 }, () => of("ann@example.com"));
    const { queue, requests } = await scripted((entries) => ({
      Successful: accept(entries.slice(1)),
      Failed: refuse(entries.slice(0, 1)),
    }));
    await expect(queue.send(many)).rejects.toMatchObject({
      name: "RetryLater",
      reason: "queue_unavailable",
      message: "SQS refused 1 of 10 entries: InternalError",
    });
    expect(requests.map((ids) => ids.length)).toEqual([10, 1, 1]);
  });

  test("a queue that is not there is a failure to be tried again", async () => {
    const { queue } = await scripted(() => undefined);
    const failure = { name: "RetryLater", reason: "queue_unavailable", message: "queue_unavailable" };
    await expect(queue.send([of("ann@example.com")])).rejects.toMatchObject(failure);
    await expect(queue.deadLetter(of("ann@example.com"))).rejects.toMatchObject(failure);
  });
});

test("what is not ours on the dead-letter queue is left alone", async () => {
  const QueueUrl = sqs.url("leaversDeadLetters");
  const message = { QueueUrl, MessageBody: "text", MessageGroupId: "g", MessageDeduplicationId: "d" };
  await sqs.client.send(new SendMessageCommand(message));
  await sqs.queue.forgetDeadLetter(of("ann@example.com", { kind: "leaver" }));
  expect(await receive("leaversDeadLetters", 1)).toMatchObject([{ Body: "text" }]);
});
