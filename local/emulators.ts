import { join } from "node:path";
import { lockData } from "./data-lock.ts";
import { startDynamoDB } from "./dynamodb.ts";
import { localSecrets, type Ports, secretIds } from "./environment.ts";
import { startFakeArize } from "./fake-arize/server.ts";
import { startFakeSources } from "./fake-sources/server.ts";
import { translateListenError } from "./listen.ts";
import { type LocalSecrets, startSecrets } from "./secrets.ts";
import { type LocalSqs, startSqs } from "./sqs.ts";

/** Where the real Arize is, and the key for it. */
export interface ArizeService {
  url: string;
  apiKey: string;
}

export interface EmulatorOptions {
  ports: Ports;
  /** Where everything is kept; in memory without. */
  dataDir?: string | undefined;
  /** Instead of the fakes. */
  service?: ArizeService | undefined;
  visibilitySeconds: number;
  maxReceiveCount: number;
}

export interface Emulators {
  /** Where they came to listen. The door's port is passed through. */
  ports: Ports;
  sqs: LocalSqs;
  secrets: LocalSecrets;
  close(): Promise<void>;
}

interface Closable {
  close(): Promise<void>;
}

/** Starts SQS, DynamoDB, Secrets Manager and the fakes of Arize and the sources; all of them or none. @throws PortTaken; Error when the data is in use */
export async function startEmulators(options: EmulatorOptions): Promise<Emulators> {
  const { ports, dataDir, service } = options;
  const lock = dataDir === undefined ? undefined : lockData(dataDir);
  const inData = (name: string) => (dataDir === undefined ? undefined : join(dataDir, name));
  const starts = [
    startSqs({ ...options, port: ports.sqs, dataDir: inData("queues") }),
    startDynamoDB({ port: ports.dynamodb, path: inData("ledger") }),
    startSecrets({
      port: ports.secrets,
      initial: localSecrets,
      pinned: service && { [secretIds.arize]: service.apiKey },
      file: inData("secrets.json"),
    }),
    service ? undefined : startArize(ports.arize, inData("arize.json")),
    service ? undefined : startFakeSources({ port: ports.sources, dataFile: inData("sources.json") }),
  ] as const;
  const close = async () => {
    await closeAll(starts);
    lock?.release();
  };
  try {
    const [sqs, dynamodb, secrets, arize, sources] = await Promise.all(starts);
    const taken = { sqs: sqs.port, dynamodb: dynamodb.port, secrets: secrets.port };
    const faked = { arize: arize?.port ?? ports.arize, sources: sources?.port ?? ports.sources };
    return { ports: { ...ports, ...taken, ...faked }, sqs, secrets, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function startArize(port: number, dataFile: string | undefined) {
  const apiKey = localSecrets[secretIds.arize];
  return startFakeArize({ port, apiKey, ...(dataFile === undefined ? {} : { dataFile }) }).catch((error: unknown) => {
    throw translateListenError(error, port);
  });
}

/** Closes those that did start. */
async function closeAll(starts: readonly (Promise<Closable> | undefined)[]): Promise<void> {
  const settled = await Promise.allSettled(starts);
  await Promise.all(settled.map((one) => (one.status === "fulfilled" ? one.value?.close() : undefined)));
}
