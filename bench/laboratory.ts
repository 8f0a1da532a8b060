import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LifecycleConfigInput } from "../lib/config.ts";
import { startDynamoDB } from "../local/dynamodb.ts";
import { account, localEnvironment, localSecrets, queueNames, secretIds } from "../local/environment.ts";
import { ExecutionEnvironment } from "../local/execution-environment.ts";
import { type FakeArize, startFakeArize } from "../local/fake-arize/server.ts";
import { startSecrets } from "../local/secrets.ts";
import { startSqs } from "../local/sqs.ts";
import { authorityFile, type Front, startFront } from "./front.ts";

export const config: LifecycleConfigInput = {
  mode: "act",
  managedDomains: ["example.com"],
  apiKeyOwner: "owner@example.com",
  sources: { okta: { everyone: true }, standard: {} },
  defaults: { role: "member", inviteMode: "email_link" },
  guards: { deletions: { perHour: 1e6, perDay: 1e6, shareOfUsers: 1, floor: 1e6 } },
};

export type Service = "sqs" | "dynamodb" | "secrets" | "arize";

/** Emulators of all that a function talks to, each behind TLS. */
export interface Laboratory {
  fake: FakeArize;
  fronts: Record<Service, Front>;
  /** With which a bundle of ours, or of the kitchen worker's, reaches the fronts. */
  environment: Record<string, string>;
  close(): Promise<void>;
}

/** @param folder where the configuration is written */
export async function openLaboratory(folder: string): Promise<Laboratory> {
  const [sqs, dynamodb, secrets, fake] = await Promise.all([
    startSqs({ port: 0, visibilitySeconds: 30, maxReceiveCount: 1000 }),
    startDynamoDB({ port: 0 }),
    startSecrets({ port: 0, initial: localSecrets }),
    startFakeArize({ port: 0, apiKey: localSecrets[secretIds.arize] }),
  ]);
  const fronts = {
    sqs: await startFront(sqs.port),
    dynamodb: await startFront(dynamodb.port),
    secrets: await startFront(secrets.port),
    arize: await startFront(fake.port),
  };
  const ports = {
    door: 0,
    arize: fake.port,
    sqs: sqs.port,
    dynamodb: dynamodb.port,
    secrets: secrets.port,
    sources: 0,
  };
  return {
    fake,
    fronts,
    environment: { ...localEnvironment({ ports, config: writeConfig(folder) }), ...behind(fronts) },
    close: async () => {
      for (const front of Object.values(fronts)) front.close();
      await Promise.all([sqs.close(), dynamodb.close(), secrets.close(), fake.close()]);
    },
  };
}

/** Writes the configuration that everything here is measured with; its path. */
export function writeConfig(folder: string): string {
  const file = join(folder, "bench.config.mjs");
  writeFileSync(file, `export default ${JSON.stringify(config)};`);
  return file;
}

function behind({ sqs, dynamodb, secrets, arize }: Record<Service, Front>): Record<string, string> {
  const queue = (name: string) => `${sqs.url}/${account}/${name}`;
  return {
    NODE_EXTRA_CA_CERTS: authorityFile,
    AWS_ENDPOINT_URL_SQS: sqs.url,
    AWS_ENDPOINT_URL_DYNAMODB: dynamodb.url,
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ARIZE_BASE_URL: arize.url,
    LEAVERS_QUEUE_URL: queue(queueNames.leavers),
    CHANGES_QUEUE_URL: queue(queueNames.changes),
    SOURCE_SECRET_IDS: JSON.stringify({ okta: secretIds.okta, standard: secretIds.standard }),
    // The kitchen worker's own.
    OKTA_SECRET_ID: secretIds.okta,
    DISABLE_PRERELEASE_WARNING: "true",
    POWERTOOLS_DEV: "false",
  };
}

/** A process that stays, for what is counted or shown by the wall clock; it counts as a cold start that warms up. */
export async function startFunction(
  file: string,
  { environment }: Laboratory,
  onLine: (text: string) => void = () => {},
): Promise<ExecutionEnvironment> {
  const one = new ExecutionEnvironment({
    name: "bench",
    module: pathToFileURL(file).href,
    environment,
    timeoutMs: 600_000,
    onLine: ({ text }) => onLine(text),
  });
  await one.ready;
  return one;
}
