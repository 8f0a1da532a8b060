import type { ITable } from "aws-cdk-lib/aws-dynamodb";
import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { LaneQueues } from "./lane.ts";
import type { LifecycleSecrets } from "./secrets.ts";

export type FunctionName = "ingest" | "provision" | "reconcile" | "deadLetters" | "signEvidence";

/** What the functions may be allowed to touch. */
export interface Resources {
  leavers: LaneQueues;
  changes: LaneQueues;
  ledger: ITable;
  secrets: LifecycleSecrets;
}

/**
 * What each function may do: the calls that its code makes and no others, by hand, since CDK's grants allow more. Each
 * statement's name says what it is for. Signing with the key for evidence is allowed by that key's own policy.
 */
export function permissionsOf(name: FunctionName, resources: Resources): PolicyStatement[] {
  return statements[name](resources);
}

const statements: Record<FunctionName, (resources: Resources) => PolicyStatement[]> = {
  ingest: ({ leavers, changes, secrets }) => [
    allow("QueueEvents", ["sqs:SendMessage"], [leavers.queue.queueArn, changes.queue.queueArn]),
    readSecrets([secrets.identity, ...Object.values(secrets.sources)]),
  ],
  provision: ({ leavers, changes, ledger, secrets }) => [
    allow(
      "WorkLanes",
      ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
      [leavers.queue.queueArn, changes.queue.queueArn],
    ),
    // A compensation is a leaver, a placement a change; parked events are copied to the dead-letter queue of their lane.
    allow("FollowUp", ["sqs:SendMessage"], [leavers.queue.queueArn, changes.queue.queueArn]),
    allow("Park", ["sqs:SendMessage"], [leavers.deadLetters.queueArn, changes.deadLetters.queueArn]),
    ledgerAccess(ledger, ["GetItem", "PutItem", "UpdateItem", "DeleteItem"]),
    readSecrets([secrets.identity, secrets.arize, ...Object.values(secrets.apis)]),
  ],
  reconcile: ({ leavers, changes, ledger, secrets }) => [
    allow("QueueEvents", ["sqs:SendMessage"], [leavers.queue.queueArn, changes.queue.queueArn]),
    ledgerAccess(ledger, ["GetItem", "BatchGetItem", "Query", "PutItem", "UpdateItem", "DeleteItem"]),
    readSecrets([secrets.identity, secrets.arize, ...Object.values(secrets.apis), ...secrets.told]),
  ],
  deadLetters: ({ leavers, changes, ledger, secrets }) => [
    allow(
      "LookAtDeadLetters",
      ["sqs:ReceiveMessage", "sqs:ChangeMessageVisibility", "sqs:DeleteMessage"],
      [leavers.deadLetters.queueArn, changes.deadLetters.queueArn],
    ),
    ledgerAccess(ledger, ["GetItem", "PutItem", "DeleteItem"]),
    readSecrets([secrets.identity]),
  ],
  signEvidence: ({ ledger, secrets }) => [
    ledgerAccess(ledger, ["Query", "Scan"]),
    // The Arize key reads the audit log.
    readSecrets([secrets.identity, secrets.arize]),
  ],
};

function ledgerAccess(ledger: ITable, operations: string[]): PolicyStatement {
  const actions = operations.map((operation) => `dynamodb:${operation}`);
  return allow("Ledger", actions, [ledger.tableArn]);
}

function readSecrets(arns: string[]): PolicyStatement {
  return allow("ReadSecrets", ["secretsmanager:GetSecretValue"], arns);
}

function allow(sid: string, actions: string[], resources: string[]): PolicyStatement {
  return new PolicyStatement({ sid, actions, resources });
}
