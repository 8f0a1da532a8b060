import { fileURLToPath } from "node:url";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type Environment, type LifecycleConfig, loadConfig, readEnvironment } from "../lib/config.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import type { Identity } from "../lib/lifecycle/identity.ts";
import type { EventQueue } from "../lib/queue.ts";
import { openIdentity, openQueue, openSecrets } from "../lib/wiring.ts";
import { localEnvironment, portsFrom, urlOf } from "../local/environment.ts";
import { readRunFile } from "../local/run-file.ts";
import { environmentFrom, type Outputs, outputsOfFile, outputsOfStack } from "./outputs.ts";

/** Which stack an operator means: one on this machine unless a stack, a file of outputs, or outputs themselves are given. */
export interface Selection {
  portBase: number;
  stack?: string | undefined;
  /** A file as `cdk deploy --outputs-file` writes it. */
  outputsFile?: string | undefined;
  /** These win over the stack's and the file's. */
  outputs: Outputs;
}

/** A stack that has been found; nothing in it has been asked yet, so that one which is out of order can be looked at. */
export interface Target {
  /** What to call it. */
  where: string;
  environment: Environment;
  config: LifecycleConfig;
  /** The mode that was deployed, which may be another than this configuration's. */
  mode: string;
  table: LedgerTable;
  sqs: SQSClient;
  ingestUrl: string | undefined;
  /** Where CloudWatch has the stack's metrics; a laptop has no CloudWatch. */
  metricNamespace: string | undefined;
  /** Deployed functions; without them their code runs here, against the same queues and table. */
  reconcileFunction: string | undefined;
  signFunction: string | undefined;
  /** Whether AWS can be asked who the operator is. */
  isOnAws: boolean;
  /** Whether emulators stand for it, which may not know. */
  isEmulated: boolean;
}

/** What a command works with that reads or writes about people. */
export interface Connection extends Target {
  queue: EventQueue;
  identity: Identity;
  /** For how long history is kept. */
  auditDays: number;
}

/** By these an operator names an emulator: where the ledger is one, its proposals guard nobody. */
const emulated = ["AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_DYNAMODB"];

/**
 * Points this process at a stack. What may be done there is what the caller's own AWS credentials allow.
 * @throws Error when there is no such stack, or it may not be looked at
 */
export async function openTarget(selection: Selection): Promise<Target> {
  const { stack, outputsFile, outputs: given, portBase } = selection;
  if (stack === undefined && outputsFile === undefined && Object.keys(given).length === 0) return openLocal(portBase);
  const found = await findOutputs(stack, outputsFile);
  const where = stack ?? outputsFile ?? "what was given";
  const outputs = { ...found, ...given };
  Object.assign(process.env, environmentFrom(outputs, where));
  return open(where, outputs, true);
}

async function findOutputs(stack: string | undefined, file: string | undefined): Promise<Outputs> {
  if (file !== undefined) return outputsOfFile(file, stack);
  return stack === undefined ? {} : outputsOfStack(stack);
}

async function openLocal(portBase: number): Promise<Target> {
  const config = fileURLToPath(new URL("../local/lifecycle.config.ts", import.meta.url));
  const ports = portsFrom(portBase);
  Object.assign(process.env, localEnvironment({ ports, config }), readRunFile(portBase));
  await fetch(`${urlOf(ports.door)}/health`).catch(() => {
    throw new Error(`nothing answers at port base ${portBase}: is npm start running there?`);
  });
  return open(`the stack at port ${portBase}`, { IngestUrl: urlOf(ports.door) }, false);
}

async function open(where: string, outputs: Outputs, isOnAws: boolean): Promise<Target> {
  const environment = readEnvironment();
  const config = await loadConfig(environment.LIFECYCLE_CONFIG);
  return {
    where,
    environment,
    config,
    mode: outputs.DeployedMode ?? config.mode,
    table: new LedgerTable(environment.LEDGER_TABLE_NAME, new DynamoDBClient({ maxAttempts: 2 })),
    sqs: new SQSClient({ useQueueUrlAsEndpoint: false, maxAttempts: 2 }),
    ingestUrl: outputs.IngestUrl,
    metricNamespace: outputs.MetricNamespace,
    reconcileFunction: outputs.ReconcileFunctionName,
    signFunction: outputs.SignEvidenceFunctionName,
    isOnAws,
    isEmulated: !isOnAws || emulated.some((name) => process.env[name] !== undefined),
  };
}

/** Reads what names people, and with it opens the queues. @throws RetryLater when the identity key cannot be read */
export async function connect(target: Target): Promise<Connection> {
  const identity = await openIdentity(target.environment, openSecrets());
  const queue = openQueue(target.environment, identity);
  return { ...target, identity, queue, auditDays: target.config.auditDays };
}

/** Connects to the stack that `npm start` runs. @throws Error when nothing answers there */
export async function connectLocal(portBase: number): Promise<Connection> {
  return connect(await openTarget({ portBase, outputs: {} }));
}
