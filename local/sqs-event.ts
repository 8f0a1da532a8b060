import { createHash } from "node:crypto";
import type { Message, MessageAttributeValue } from "@aws-sdk/client-sqs";
import type { SQSEvent, SQSMessageAttribute, SQSRecord } from "aws-lambda";
import * as z from "zod/mini";
import { region } from "./environment.ts";

/** The event with which Lambda's event source hands over a batch. */
export function sqsEvent(messages: readonly Message[], queueArn: string): SQSEvent {
  return { Records: messages.map((message) => record(message, queueArn)) };
}

function record(message: Message, eventSourceARN: string): SQSRecord {
  const { Body = "", Attributes: attributes = {}, MessageAttributes: custom = {} } = message;
  return {
    messageId: message.MessageId ?? "",
    receiptHandle: message.ReceiptHandle ?? "",
    body: Body,
    attributes: {
      ...attributes,
      ApproximateReceiveCount: attributes.ApproximateReceiveCount ?? "1",
      SentTimestamp: attributes.SentTimestamp ?? "0",
      SenderId: attributes.SenderId ?? "",
      ApproximateFirstReceiveTimestamp: attributes.ApproximateFirstReceiveTimestamp ?? "0",
    },
    messageAttributes: Object.fromEntries(
      Object.entries(custom).map(([name, value]) => [name, messageAttribute(value)]),
    ),
    md5OfBody: message.MD5OfBody ?? createHash("md5").update(Body).digest("hex"),
    eventSource: "aws:sqs",
    eventSourceARN,
    awsRegion: region,
  };
}

function messageAttribute(value: MessageAttributeValue): SQSMessageAttribute {
  return {
    ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
    ...(value.BinaryValue === undefined ? {} : { binaryValue: Buffer.from(value.BinaryValue).toString("base64") }),
    stringListValues: [],
    binaryListValues: [],
    dataType: value.DataType ?? "String",
  };
}

const responseSchema = z.nullish(
  z.looseObject({
    batchItemFailures: z.nullish(z.array(z.looseObject({ itemIdentifier: z.string().check(z.minLength(1)) }))),
  }),
);

/**
 * Reads a batch response as Lambda does with ReportBatchItemFailures: nothing said is success; an answer that cannot be
 * read, or that names a message which was not in the batch, fails everything.
 * @returns the messages to delete, or `undefined` when all have failed
 */
export function succeeded(messages: readonly Message[], response: unknown): Message[] | undefined {
  const parsed = responseSchema.safeParse(response);
  if (!parsed.success) return undefined;
  const failures = new Set((parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier));
  const known = new Set(messages.map(({ MessageId = "" }) => MessageId));
  if ([...failures].some((id) => !known.has(id))) return undefined;
  return messages.filter(({ MessageId = "" }) => !failures.has(MessageId));
}
