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
  const operator = "arn:aws:iam::123456789012:role/operators";
  const restricted = templateOf({ senderRoleArns: operator });
  const functions = ["Ingest", "Provision", "Reconcile", "DeadLetters", "SignEvidence"];
  const senders: [queue: string, functions: string[]][] = [
    // Provision sends a leaver after a creation that came too late, and a placement after one that did not.
    ["LeaversQueue", ["Ingest", "Provision", "Reconcile"]],
    ["ChangesQueue", ["Ingest", "Provision", "Reconcile"]],
    ["LeaversDeadLetters", ["Provision"]],
    ["ChangesDeadLetters", ["Provision"]],
  ];

  const statementOf = (name: string, sid: string, from = template): unknown =>
    [Object(propertiesOf(from, "AWS::SQS::QueuePolicy", name).PolicyDocument).Statement]
      .flat()
      .find(({ Sid }) => Sid === sid);
  const namedIn = (part: unknown): string[] =>
    functions.filter((name) =>
      new RegExp(`"Fn::GetAtt":\\["${name}Role[0-9A-F]{8}","Arn"\\]`).test(JSON.stringify(part)),
    );
  const isAllowed = (name: string, queueName: string): boolean =>
    [Object(propertiesOf(template, "AWS::IAM::Role", `${name}Role`)).Policies]
      .flat()
      .flatMap(({ PolicyDocument }) => PolicyDocument.Statement)
      .some(
        ({ Action, Resource }) => Action === "sqs:SendMessage" && JSON.stringify(Resource).includes(`"${queueName}`),
      );

  it.each(senders)("to %s is named: %o", (name, expected) => {
    const statement = statementOf(name, "Senders");
    expect(statement).toMatchObject({ Effect: "Allow", Action: "sqs:SendMessage" });
    expect(namedIn(Object(statement).Principal)).toEqual(expected);
  });

  it.each(senders)(
    "to %s is named whom its own role lets send there: a denial would take what that gives",
    (name, expected) => {
      expect(functions.filter((one) => isAllowed(one, name))).toEqual(expected);
    },
  );

  it.each(senders)("to %s is nobody else, once the operators' roles are given", (name, expected) => {
    expect(statementOf(name, "NobodyElse")).toBeUndefined();
    const denial = statementOf(name, "NobodyElse", restricted);
    expect(denial).toMatchObject({ Effect: "Deny", Action: "sqs:SendMessage", Principal: "*" });
    const spared = Object(denial).Condition.ArnNotEquals["aws:PrincipalArn"];
    expect(spared).toHaveLength(expected.length + 1);
    expect(namedIn(spared)).toEqual(expected);
    expect(spared).toContain(operator);
    expect(JSON.stringify(statementOf(name, "Senders", restricted))).toContain(operator);
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
