import { randomUUID } from "node:crypto";
import type { LifecycleEvent } from "../lib/lifecycle/event.ts";
import { laneOf } from "../lib/queue.ts";
import { queueArn, queueNames } from "../local/environment.ts";
import type { SignedRequest } from "../local/signed-requests.ts";

/** A normalized event about an invented person. */
export function eventOf(kind: LifecycleEvent["kind"], email: string, at = new Date()): LifecycleEvent {
  return {
    id: `standard:${randomUUID()}`,
    source: "standard",
    kind,
    attempt: 0,
    occurredAt: at.toISOString(),
    receivedAt: at.toISOString(),
    person: { email, name: "Invented Person", role: "member" },
  };
}

/** What Lambda hands to the worker for these. */
export function batchOf(events: readonly LifecycleEvent[]) {
  return { Records: events.map(recordOf) };
}

function recordOf(event: LifecycleEvent) {
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body: JSON.stringify(event),
    attributes: {
      ApproximateReceiveCount: "1",
      SentTimestamp: String(Date.now()),
      SenderId: "AIDAEXAMPLE",
      ApproximateFirstReceiveTimestamp: String(Date.now()),
      MessageGroupId: event.person.email ?? event.id,
    },
    messageAttributes: {},
    md5OfBody: "",
    eventSource: "aws:sqs",
    eventSourceARN: queueArn(queueNames[laneOf(event)]),
    awsRegion: "us-east-1",
  };
}

/** What API Gateway hands to the function for a request. */
export function requestOf({ path, headers, body }: SignedRequest) {
  return {
    version: "2.0",
    rawPath: path,
    rawQueryString: "",
    headers,
    requestContext: { http: { method: "POST", path } },
    body,
    isBase64Encoded: false,
  };
}
