import { expect, test } from "vitest";
import { sqsEvent, succeeded } from "../../local/sqs-event.ts";

const messages = [{ MessageId: "a" }, { MessageId: "b" }, { MessageId: "c" }];
const failures = (...ids: unknown[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });

test.each([
  ["nothing", undefined, ["a", "b", "c"]],
  ["null", null, ["a", "b", "c"]],
  ["an empty object", {}, ["a", "b", "c"]],
  ["no failures", failures(), ["a", "b", "c"]],
  ["null failures", { batchItemFailures: null }, ["a", "b", "c"]],
  ["one failure", failures("b"), ["a", "c"]],
  ["a failure twice", failures("b", "b"), ["a", "c"]],
  ["all failures", failures("a", "b", "c"), []],
])("reads %s as Lambda does", (_, response, ids) => {
  expect(succeeded(messages, response)?.map(({ MessageId }) => MessageId)).toEqual(ids);
});

test.each([
  ["an unknown message", failures("a", "x")],
  ["an empty id", failures("")],
  ["no id", failures(null)],
  ["another key", { batchItemFailures: [{ id: "a" }] }],
  ["no list", { batchItemFailures: "a" }],
  ["text", "fine"],
])("fails everything for %s", (_, response) => {
  expect(succeeded(messages, response)).toBeUndefined();
});

test("makes the records that Lambda hands over", () => {
  const message = {
    MessageId: "m",
    ReceiptHandle: "r",
    Body: "text",
    MD5OfBody: "1cb251ec0d568de6a929b520c4aed8d1",
    Attributes: { ApproximateReceiveCount: "2", SentTimestamp: "5", MessageGroupId: "g", SequenceNumber: "7" },
    MessageAttributes: {
      word: { DataType: "String", StringValue: "w" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([255]) },
    },
  };
  const event = sqsEvent([message, { ...message, MD5OfBody: undefined }], "arn:of:queue");
  expect(event.Records[1]?.md5OfBody).toBe(message.MD5OfBody);
  expect(event.Records[0]).toEqual({
    messageId: "m",
    receiptHandle: "r",
    body: "text",
    md5OfBody: message.MD5OfBody,
    attributes: {
      ...message.Attributes,
      SenderId: "",
      ApproximateFirstReceiveTimestamp: "0",
    },
    messageAttributes: {
      word: { dataType: "String", stringValue: "w", stringListValues: [], binaryListValues: [] },
      bytes: { dataType: "Binary", binaryValue: "/w==", stringListValues: [], binaryListValues: [] },
    },
    eventSource: "aws:sqs",
    eventSourceARN: "arn:of:queue",
    awsRegion: "us-east-1",
  });
});
