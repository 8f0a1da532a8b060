import type { SQSRecord } from "aws-lambda";
import { expect, test } from "vitest";
import { workFifoBatch } from "../../lib/fifo-batch.ts";

/** A message such as `ann-1`, whose group is the name before the dash. */
function message(messageId: string): SQSRecord {
  const [MessageGroupId = ""] = messageId.split("-");
  return {
    messageId,
    receiptHandle: `handle-${messageId}`,
    body: "{}",
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: "0",
      SenderId: "local",
      ApproximateFirstReceiveTimestamp: "0",
      MessageGroupId,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: "arn:aws:sqs:us-east-1:000000000000:changes.fifo",
    awsRegion: "us-east-1",
  };
}

const ids = (records: readonly SQSRecord[]) => records.map(({ messageId }) => messageId);

test("an empty batch is done", async () => {
  expect(await workFifoBatch([], async () => {})).toEqual([]);
});

test("people are worked side by side", async () => {
  const batch = ["ann-1", "bob-1", "cy-1"].map(message);
  let arrived = 0;
  const { promise: everybodyIsHere, resolve: open } = Promise.withResolvers<void>();
  // Nobody goes on before all have come: one after the other, this would never end.
  const failed = await workFifoBatch(batch, async () => {
    arrived++;
    if (arrived === batch.length) open();
    await everybodyIsHere;
  });
  expect(failed).toEqual([]);
  expect(arrived).toBe(3);
});

test("one person's messages are worked in order, one at a time", async () => {
  const steps: string[] = [];
  await workFifoBatch(["ann-1", "bob-1", "ann-2", "ann-3"].map(message), async ({ messageId }) => {
    steps.push(`${messageId} starts`);
    await new Promise((resolve) => setImmediate(resolve));
    steps.push(`${messageId} ends`);
  });
  expect(steps.filter((step) => step.startsWith("ann"))).toEqual([
    "ann-1 starts",
    "ann-1 ends",
    "ann-2 starts",
    "ann-2 ends",
    "ann-3 starts",
    "ann-3 ends",
  ]);
});

test("a failure fails the later messages of the same person, and nobody else's", async () => {
  const worked: string[] = [];
  const error = new Error("no");
  const failed = await workFifoBatch(
    ["ann-1", "bob-1", "ann-2", "ann-3", "bob-2"].map(message),
    async ({ messageId }) => {
      worked.push(messageId);
      if (messageId === "ann-2") throw error;
    },
  );
  expect(failed.map((run) => ({ ...run, records: ids(run.records) }))).toEqual([
    { records: ["ann-2", "ann-3"], error },
  ]);
  expect(worked.toSorted()).toEqual(["ann-1", "ann-2", "bob-1", "bob-2"]);
});

test("each person's failure is told on its own", async () => {
  const failed = await workFifoBatch(["ann-1", "bob-1"].map(message), async ({ messageId }) => {
    throw new Error(messageId);
  });
  expect(failed.map(({ error }) => error)).toEqual([new Error("ann-1"), new Error("bob-1")]);
});

test("messages without a group stand each for themselves", async () => {
  const batch = ["x-1", "y-1"].map((id) => {
    const { MessageGroupId: _, ...attributes } = message(id).attributes;
    return { ...message(id), attributes };
  });
  const failed = await workFifoBatch(batch, async ({ messageId }) => {
    if (messageId === "x-1") throw new Error("no");
  });
  expect(failed.map(({ records }) => ids(records))).toEqual([["x-1"]]);
});

test("suspects come last, one at a time, those with the fewest crashes first, and a failure lets the next one go", async () => {
  const crashes: Record<string, number> = { "ann-1": 3, "bob-1": 1, "cy-1": 2 };
  const steps: string[] = [];
  let suspectsAtWork = 0;
  const failed = await workFifoBatch(
    ["ann-1", "bob-1", "cy-1", "dee-1", "dee-2"].map(message),
    async ({ messageId }, alone) => {
      const count = crashes[messageId];
      if (count === undefined) {
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(messageId);
        return;
      }
      await alone.wait(count);
      suspectsAtWork++;
      expect(suspectsAtWork).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      suspectsAtWork--;
      steps.push(messageId);
      if (messageId === "bob-1") throw new Error("no");
    },
  );
  expect(steps).toEqual(["dee-1", "dee-2", "bob-1", "cy-1", "ann-1"]);
  expect(failed.map(({ records }) => ids(records))).toEqual([["bob-1"]]);
});
