import { pathToFileURL } from "node:url";
import { apiSecretIds, localApiSecrets } from "./source-api-secrets.ts";
import { localSourceSecrets, sourceSecretIds } from "./source-secrets.ts";

/** Where each part of the stack listens on 127.0.0.1; 0 for any free port. */
export interface Ports {
  door: number;
  arize: number;
  sqs: number;
  dynamodb: number;
  secrets: number;
  /** Stand-ins for the sources' own APIs. */
  sources: number;
}

/** Six ports in a row, in the order in which `npm start` lists them. */
export function portsFrom(base: number): Ports {
  return { door: base, arize: base + 1, sqs: base + 2, dynamodb: base + 3, secrets: base + 4, sources: base + 5 };
}

/** Where the console is, behind those six. */
export function consolePort(base: number): number {
  return base + 6;
}

export const anyPorts: Ports = { door: 0, arize: 0, sqs: 0, dynamodb: 0, secrets: 0, sources: 0 };

export const region = "us-east-1";
export const account = "000000000000";
export const ledgerTable = "ledger";
export const queueNames = {
  leavers: "leavers.fifo",
  changes: "changes.fifo",
  leaversDeadLetters: "leavers-dlq.fifo",
  changesDeadLetters: "changes-dlq.fifo",
} as const;

export const secretIds = { arize: "arize/api-key", identity: "identity/key", ...sourceSecretIds } as const;

/** What the secrets hold on a laptop. Published with the project, so they protect nothing and must not be used elsewhere. */
export const localSecrets: Readonly<Record<(typeof secretIds)[keyof typeof secretIds], string>> = {
  [secretIds.arize]: "local-arize-key",
  [secretIds.identity]: "local-identity-key-0123456789abcdef",
  ...localSourceSecrets,
  ...localApiSecrets,
};

export function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** A queue's URL; clients must be told to use their endpoint instead of its host: `useQueueUrlAsEndpoint: false`. */
export function queueUrl(sqsPort: number, name: string): string {
  return `${urlOf(sqsPort)}/${account}/${name}`;
}

export function queueArn(name: string): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

export interface LocalEnvironmentOptions {
  ports: Ports;
  /** Absolute path of the configuration file. */
  config: string;
  /** Where the real service is, when the fake is not used. */
  arizeUrl?: string | undefined;
  leaseMs?: number | undefined;
  backoffBaseMs?: number | undefined;
}

/**
 * The variables with which functions and operators' tools reach the stack on these ports: those of `environmentSchema`
 * and those that the AWS SDK reads.
 */
export function localEnvironment(options: LocalEnvironmentOptions): Record<string, string> {
  const { ports, config, arizeUrl = urlOf(ports.arize), leaseMs = 25_000, backoffBaseMs = 2_000 } = options;
  return {
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "local",
    AWS_SECRET_ACCESS_KEY: "local",
    AWS_ENDPOINT_URL_SQS: urlOf(ports.sqs),
    AWS_ENDPOINT_URL_DYNAMODB: urlOf(ports.dynamodb),
    AWS_ENDPOINT_URL_SECRETS_MANAGER: urlOf(ports.secrets),
    ARIZE_BASE_URL: arizeUrl,
    ARIZE_SECRET_ID: secretIds.arize,
    IDENTITY_SECRET_ID: secretIds.identity,
    SOURCE_SECRET_IDS: JSON.stringify(sourceSecretIds),
    SOURCE_API_SECRET_IDS: JSON.stringify(apiSecretIds),
    // With the real Arize the sources are the real ones too.
    ...(options.arizeUrl === undefined && { SOURCE_API_URL: urlOf(ports.sources) }),
    ...(ports.door !== 0 && { WEBHOOKS_URL: urlOf(ports.door) }),
    LEAVERS_QUEUE_URL: queueUrl(ports.sqs, queueNames.leavers),
    CHANGES_QUEUE_URL: queueUrl(ports.sqs, queueNames.changes),
    LEAVERS_DLQ_URL: queueUrl(ports.sqs, queueNames.leaversDeadLetters),
    CHANGES_DLQ_URL: queueUrl(ports.sqs, queueNames.changesDeadLetters),
    LEDGER_TABLE_NAME: ledgerTable,
    LEASE_MS: String(leaseMs),
    BACKOFF_BASE_MS: String(backoffBaseMs),
    // A URL: the config is loaded by import(), where a path with a % or # in it would not be the file's name.
    LIFECYCLE_CONFIG: pathToFileURL(config).href,
  };
}
