import { readFile } from "node:fs/promises";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SQSClient } from "@aws-sdk/client-sqs";
import { UsersClient, type UsersClientOptions } from "./arize/users-client.ts";
import { type Environment, type LifecycleConfig, loadConfig } from "./config.ts";
import { RetryLater } from "./errors.ts";
import { noticeRestore } from "./ledger/origin.ts";
import { LedgerTable } from "./ledger/table.ts";
import { Account } from "./lifecycle/calls/account.ts";
import { Breaker } from "./lifecycle/calls/breaker.ts";
import { type Arize, judge } from "./lifecycle/calls/calls.ts";
import { Pace } from "./lifecycle/calls/pace.ts";
import { SourceReader } from "./lifecycle/calls/source-reader.ts";
import { Identity } from "./lifecycle/identity.ts";
import type { Workshop } from "./lifecycle/workshop.ts";
import { EventQueue } from "./queue.ts";
import { Secrets } from "./secrets.ts";
import { openDirectories } from "./sources/directories.ts";
import { type Metrics, metricNames } from "./telemetry.ts";

// What the functions work with, from their environment; each opens only what it uses.

/** Secrets Manager behind a cache: to be opened once a process, which then notices a rotation everywhere at once. */
export function openSecrets(): Secrets {
  return new Secrets(new SecretsManagerClient());
}

/** @throws RetryLater when the key cannot be read */
export async function openIdentity(environment: Environment, secrets: Secrets): Promise<Identity> {
  return new Identity(await secrets.value(environment.IDENTITY_SECRET_ID));
}

/** Both lanes and their dead-letter queues. @param identity names people in queue attributes, where no address may be */
export function openQueue(environment: Environment, identity: Identity): EventQueue {
  // Queue URLs carry a host of their own; the client must go where the environment says, or emulators are never asked.
  const sqs = new SQSClient({ useQueueUrlAsEndpoint: false });
  return new EventQueue(
    sqs,
    { leavers: environment.LEAVERS_QUEUE_URL, changes: environment.CHANGES_QUEUE_URL },
    { leavers: environment.LEAVERS_DLQ_URL, changes: environment.CHANGES_DLQ_URL },
    identity,
  );
}

function openLedger(environment: Environment): LedgerTable {
  return new LedgerTable(environment.LEDGER_TABLE_NAME);
}

/** How Arize is reached, for its clients. @throws Error when the file with authorities cannot be read */
export async function arizeTransport(
  environment: Environment,
  secrets: Secrets,
): Promise<Pick<UsersClientOptions, "baseUrl" | "token" | "ca">> {
  const caFile = environment.ARIZE_CA_FILE;
  return {
    baseUrl: environment.ARIZE_BASE_URL,
    token: () => secrets.value(environment.ARIZE_SECRET_ID),
    ...(caFile !== undefined && { ca: await readFile(caFile, "utf8") }),
  };
}

/** Arize, at the pace that it asks for. @throws Error when the file with authorities cannot be read */
export async function openArize(environment: Environment, secrets: Secrets, metrics: Metrics): Promise<Arize> {
  const transport = await arizeTransport(environment, secrets);
  return {
    client: new UsersClient({ ...transport, enumCase: environment.ARIZE_ENUM_CASE }),
    pace: new Pace(),
    breaker: new Breaker({ judge, onOpen: () => metrics.add(metricNames.breakerOpened) }),
    secrets,
    secretId: environment.ARIZE_SECRET_ID,
    metrics,
  };
}

/** The APIs of the sources that the configuration lets be read. @throws InvalidArgument for an address that is not usable */
function openSources(config: LifecycleConfig, environment: Environment, secrets: Secrets, metrics: Metrics) {
  const { SOURCE_API_URL: baseUrl, WEBHOOKS_URL: webhooksUrl } = environment;
  const secretOf = async (ids: Readonly<Record<string, string>>, source: string) => {
    const id = ids[source];
    if (id === undefined) throw new RetryLater("secret_not_configured");
    return secrets.value(id);
  };
  const directories = openDirectories(config, (source) => ({
    baseUrl,
    secret: () => secretOf(environment.SOURCE_API_SECRET_IDS, source),
    webhook:
      webhooksUrl === undefined
        ? undefined
        : {
            url: `${webhooksUrl}/webhooks/${source}`,
            secret: () => secretOf(environment.SOURCE_SECRET_IDS, source),
          },
  }));
  const distrust = (source: string) => secrets.distrust(environment.SOURCE_API_SECRET_IDS[source] ?? "");
  return new SourceReader(directories, { metrics, distrust });
}

/** Everything that the worker and the sweeps need; a ledger that was restored is noticed first. @throws RetryLater */
export async function openWorkshop(environment: Environment, metrics: Metrics): Promise<Workshop> {
  const workshop = await openRehearsal(environment, metrics);
  await noticeRestore(workshop.table, Date.now());
  return workshop;
}

/** The same for somebody who only asks what would happen: opening it writes nothing. @throws RetryLater */
export async function openRehearsal(environment: Environment, metrics: Metrics): Promise<Workshop> {
  const secrets = openSecrets();
  const [config, identity, arize] = await Promise.all([
    loadConfig(environment.LIFECYCLE_CONFIG),
    openIdentity(environment, secrets),
    openArize(environment, secrets, metrics),
  ]);
  return {
    config,
    identity,
    table: openLedger(environment),
    queue: openQueue(environment, identity),
    arize,
    account: new Account(),
    sources: openSources(config, environment, secrets, metrics),
    leaseMs: environment.LEASE_MS,
    backoffBaseMs: environment.BACKOFF_BASE_MS,
  };
}
