import { describe, expect, it } from "vitest";
import { propertiesOf, resourcesOf, templateOf } from "../support/template.ts";

const template = templateOf();
const queue = (prefix: string) => propertiesOf(template, "AWS::SQS::Queue", prefix);
const policyOf = (prefix: string, from = template): string =>
  JSON.stringify(propertiesOf(from, "AWS::SQS::QueuePolicy", prefix).PolicyDocument);
const fourteenDays = 14 * 24 * 3600;

describe.each(["Leavers", "Changes"])("the lane %s", (lane) => {
  it("is a FIFO queue in high-throughput mode, encrypted, kept for two weeks", () => {
    expect(queue(`${lane}Queue`)).toEqual({
      FifoQueue: true,
      DeduplicationScope: "messageGroup",
      FifoThroughputLimit: "perMessageGroupId",
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: fourteenDays,
      VisibilityTimeout: 360,
      RedrivePolicy: {
        maxReceiveCount: 1000,
        deadLetterTargetArn: { "Fn::GetAtt": [expect.stringContaining(`${lane}DeadLetters`), "Arn"] },
      },
    });
  });

  it("has a dead-letter queue of its own, FIFO too", () => {
    expect(queue(`${lane}DeadLetters`)).toEqual({
      FifoQueue: true,
      SqsManagedSseEnabled: true,
      MessageRetentionPeriod: fourteenDays,
    });
  });

  it("feeds the worker in batches of ten, from which single messages may fail", () => {
    expect(propertiesOf(template, "AWS::Lambda::EventSourceMapping", `${lane}Queue`)).toMatchObject({
      BatchSize: 10,
      FunctionResponseTypes: ["ReportBatchItemFailures"],
      ScalingConfig: { MaximumConcurrency: lane === "Leavers" ? 5 : 10 },
    });
  });

  it("denies what does not come over TLS, on both queues", () => {
    for (const name of [`${lane}Queue`, `${lane}DeadLetters`]) {
      expect(policyOf(name)).toContain('"Condition":{"Bool":{"aws:SecureTransport":"false"}},"Effect":"Deny"');
    }
  });
});

describe("the arithmetic of patience", () => {
  const worker = propertiesOf(template, "AWS::Lambda::Function", "ProvisionFunction");

  it("hides a message for at least six times the worker's timeout, and the lease lies in between", () => {
    const leaseMs = Number(Object(Object(worker.Environment).Variables).LEASE_MS);
    expect(worker.Timeout).toBe(60);
    for (const lane of ["Leavers", "Changes"]) {
      const seconds = Number(queue(`${lane}Queue`).VisibilityTimeout);
      expect(seconds).toBeGreaterThanOrEqual(6 * Number(worker.Timeout));
      expect(leaseMs).toBeGreaterThan(Number(worker.Timeout) * 1000);
      expect(leaseMs).toBeLessThan(seconds * 1000);
    }
  });
});

describe("who may send", () => {
  const sendersOf = (prefix: string) =>
    [...policyOf(prefix).matchAll(/"Fn::GetAtt":\["(\w+?)Role[0-9A-F]+","Arn"\]/g)].map(([, name]) => name).sort();

  it.each([
    ["LeaversQueue", ["Ingest", "Provision", "Reconcile"]],
    ["ChangesQueue", ["Ingest", "Reconcile"]],
    ["LeaversDeadLetters", ["Provision"]],
    ["ChangesDeadLetters", ["Provision"]],
  ])("to %s is named: %o", (name, senders) => {
    expect(sendersOf(name)).toEqual(senders);
  });

  it("is nobody else, once the operators' roles are given", () => {
    const operator = "arn:aws:iam::123456789012:role/operators";
    const policy = policyOf("LeaversQueue", templateOf({ senderRoleArns: operator }));
    expect(policy).toMatch(/"ArnNotEquals":\{"aws:PrincipalArn":\[.*operators"\]\}\},"Effect":"Deny"/);
    expect(policyOf("LeaversQueue")).not.toContain("ArnNotEquals");
  });
});

it("queues are named only when that is asked for", () => {
  const names = (of: typeof template) =>
    [...resourcesOf(of, "AWS::SQS::Queue").values()].map(({ Properties }) => Properties.QueueName).sort();
  expect(names(template)).toEqual([undefined, undefined, undefined, undefined]);
  expect(names(templateOf({ stage: "dev", explicitQueueNames: "true" }))).toEqual(
    ["changes-dlq", "changes", "leavers-dlq", "leavers"].map((name) => `ArizeUserLifecycle-Dev-${name}.fifo`),
  );
});
