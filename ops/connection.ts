import { fileURLToPath } from "node:url";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetFunctionConfigurationCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { environmentSchema, loadConfig, readEnvironment } from "../lib/config.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import type { Identity } from "../lib/lifecycle/identity.ts";
import type { EventQueue } from "../lib/queue.ts";
import { openIdentity, openQueue, openSecrets } from "../lib/wiring.ts";
import { localEnvironment, portsFrom } from "../local/environment.ts";
import { readRunFile } from "../local/run-file.ts";

/** What an operator's command works with. */
export interface Connection {
  table: LedgerTable;
  queue: EventQueue;
  identity: Identity;
  /** For how long history is kept. */
  auditDays: number;
  /** The deployed reconcile function; on a laptop there is none to invoke. */
  reconcileFunction: string | undefined;
}

/**
 * Points this process at the stack that `npm start` runs, and connects to it.
 * @throws Error when nothing answers there
 */
export async function connectLocal(portBase: number): Promise<Connection> {
  const config = fileURLToPath(new URL("../local/lifecycle.config.ts", import.meta.url));
  const standard = localEnvironment({ ports: portsFrom(portBase), config });
  Object.assign(process.env, standard, readRunFile(portBase));
  return connect(undefined).catch((cause: unknown) => {
    throw new Error(`nothing answers at port base ${portBase}: is npm start running there?`, { cause });
  });
}

/**
 * Points this process at a deployed stack, by its outputs, and connects to it. What may be done there is what the caller's
 * own AWS credentials allow.
 * @throws Error when there is no such stack, or it may not be looked at
 */
export async function connectStack(stackName: string): Promise<Connection> {
  const describe = new DescribeStacksCommand({ StackName: stackName });
  const { Stacks } = await new CloudFormationClient().send(describe).catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : "no answer";
    throw new Error(`the stack ${stackName} cannot be looked at: ${why}`, { cause });
  });
  const outputs = new Map(Stacks?.[0]?.Outputs?.map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
  const output = (name: string) => {
    const value = outputs.get(name);
    if (value === undefined) throw new Error(`the stack ${stackName} has no output ${name}`);
    return value;
  };
  Object.assign(process.env, {
    LEAVERS_QUEUE_URL: output("LeaversQueueUrl"),
    CHANGES_QUEUE_URL: output("ChangesQueueUrl"),
    LEAVERS_DLQ_URL: output("LeaversDeadLettersUrl"),
    CHANGES_DLQ_URL: output("ChangesDeadLettersUrl"),
    LEDGER_TABLE_NAME: output("LedgerTableName"),
    ARIZE_SECRET_ID: output("ArizeSecretArn"),
    IDENTITY_SECRET_ID: output("IdentitySecretArn"),
  });
  return connect(output("ReconcileFunctionName"));
}

/**
 * Takes over what the deployed functions know: where Arize is, and which secrets are the sources'. They all have the same
 * variables. A file with authorities lies in their bundle; here ARIZE_CA_FILE has to name one of your own.
 */
export async function adoptEnvironment(FunctionName: string): Promise<void> {
  const { Environment } = await new LambdaClient().send(new GetFunctionConfigurationCommand({ FunctionName }));
  const variables = Object.keys(environmentSchema.shape).filter((name) => name !== "ARIZE_CA_FILE");
  for (const name of variables) {
    const value = Environment?.Variables?.[name];
    if (value !== undefined) process.env[name] = value;
  }
}

async function connect(reconcileFunction: string | undefined): Promise<Connection> {
  const environment = readEnvironment();
  const identity = await openIdentity(environment, openSecrets());
  const { auditDays } = await loadConfig(environment.LIFECYCLE_CONFIG);
  const table = new LedgerTable(environment.LEDGER_TABLE_NAME, new DynamoDBClient({ maxAttempts: 2 }));
  return { table, queue: openQueue(environment, identity), identity, auditDays, reconcileFunction };
}
