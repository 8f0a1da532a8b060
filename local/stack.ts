import { fileURLToPath } from "node:url";
import { SQSClient } from "@aws-sdk/client-sqs";
import { type Door, startDoor } from "./door.ts";
import { type ArizeService, type Emulators, startEmulators } from "./emulators.ts";
import {
  anyPorts,
  localEnvironment,
  type Ports,
  queueArn,
  queueNames,
  queueUrl,
  region,
  urlOf,
} from "./environment.ts";
import { type FunctionName, type FunctionSettings, type Functions, startFunctions } from "./functions.ts";
import { type Poller, startPoller } from "./poller.ts";
import type { OnLine } from "./report.ts";
import { defaultSchedules, type Schedule, type Schedules, startSchedules } from "./schedules.ts";
import type { LocalSecrets } from "./secrets.ts";
import type { LocalSqs } from "./sqs.ts";

export interface StackOptions {
  /** Any free ports unless given. */
  ports?: Ports;
  /** Where queues, ledger, the fake's people and changed secrets are kept; in memory without. */
  dataDir?: string | undefined;
  /** Absolute path of the configuration; `local/lifecycle.config.ts` unless given. */
  config?: string | undefined;
  /** A real Arize instead of the fake. */
  service?: ArizeService | undefined;
  /** Other modules or times than the project's own: 10 s for ingest, 20 s for provision, 300 s for reconcile, 50 s for dead-letters. */
  functions?: Partial<Record<FunctionName, FunctionSettings>>;
  /** How many batches of each lane are worked at the same time. */
  pollers?: { leavers: number; changes: number };
  visibilitySeconds?: number;
  maxReceiveCount?: number;
  leaseMs?: number;
  backoffBaseMs?: number;
  schedules?: readonly Schedule[];
  /** Further variables for the functions, which win over the others. */
  environment?: Readonly<Record<string, string>>;
  /** Gets every line that a function writes, and what the stack itself has to report. */
  onLine?: OnLine;
}

export interface Stack extends Pick<Functions, "invoke" | "kill"> {
  ports: Ports;
  urls: Record<keyof Ports, string>;
  queueUrls: Record<keyof typeof queueNames, string>;
  /** What the functions' processes have in their environment. */
  environment: Readonly<Record<string, string>>;
  secrets: Pick<LocalSecrets, "failNext">;
  /** Takes nothing new, lets what is running end for `graceMs` at most (5000 unless given), and ends everything. */
  close(graceMs?: number): Promise<void>;
}

/**
 * Starts the emulators, the functions and what invokes them: the door, the pollers, the schedules. Resolves when all is
 * listening and loaded; a function that cannot load is reported and tried again when it is needed.
 * @throws PortTaken
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const { ports = anyPorts, visibilitySeconds = 120, maxReceiveCount = 1000, onLine = () => {} } = options;
  const emulators = await startEmulators({ ...options, ports, visibilitySeconds, maxReceiveCount });
  const environment = environmentOf(options, emulators.ports);
  const functions = startFunctions({ settings: options.functions ?? {}, environment, onLine });
  try {
    const invoke = (event: unknown) => functions.invoke("ingest", event);
    const door = await startDoor({ port: ports.door, invoke, onLine });
    await functions.ready();
    return assemble({ options, emulators, functions, door, environment, onLine });
  } catch (error) {
    await functions.close();
    await emulators.close();
    throw error;
  }
}

function environmentOf(options: StackOptions, ports: Ports): Readonly<Record<string, string>> {
  const { service, leaseMs, backoffBaseMs, environment = {} } = options;
  const config = options.config ?? fileURLToPath(new URL("./lifecycle.config.ts", import.meta.url));
  return { ...localEnvironment({ ports, config, arizeUrl: service?.url, leaseMs, backoffBaseMs }), ...environment };
}

interface Parts {
  options: StackOptions;
  emulators: Emulators;
  functions: Functions;
  door: Door;
  environment: Readonly<Record<string, string>>;
  onLine: OnLine;
}

function assemble({ options, emulators, functions, door, environment, onLine }: Parts): Stack {
  const ports = { ...emulators.ports, door: door.port };
  const lanes = startLanes(options, ports, functions, onLine);
  const schedules = startSchedules(options.schedules ?? defaultSchedules, {
    invoke: functions.invoke,
    onLine,
  });
  return {
    ports,
    urls: mapValues(ports, urlOf),
    queueUrls: mapValues(queueNames, (name) => queueUrl(ports.sqs, name)),
    environment,
    secrets: emulators.secrets,
    invoke: functions.invoke,
    kill: functions.kill,
    close: async (graceMs = 5_000) => {
      await drain({ door, lanes, schedules, sqs: emulators.sqs }, graceMs);
      await functions.close();
      await emulators.close();
    },
  };
}

/** The event sources of both lanes. */
function startLanes(options: StackOptions, ports: Ports, functions: Functions, onLine: OnLine): Poller {
  const client = new SQSClient({
    region,
    endpoint: urlOf(ports.sqs),
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    useQueueUrlAsEndpoint: false,
  });
  const invoke = (event: unknown) => functions.invoke("provision", event);
  const counts = options.pollers ?? { leavers: 2, changes: 6 };
  const pollers = (["leavers", "changes"] as const).map((lane) => {
    const name = queueNames[lane];
    const [url, arn] = [queueUrl(ports.sqs, name), queueArn(name)];
    return startPoller({ client, queueUrl: url, queueArn: arn, count: counts[lane], invoke, onLine });
  });
  return {
    stop: async () => {
      await Promise.all(pollers.map((poller) => poller.stop()));
      client.destroy();
    },
  };
}

/** Waits for requests, batches and runs to end. What has not ended by then is lost with its process, and comes again. */
async function drain(
  parts: { door: Door; lanes: Poller; schedules: Schedules; sqs: LocalSqs },
  graceMs: number,
): Promise<void> {
  const { promise: tooLate, resolve } = Promise.withResolvers<void>();
  const patience = setTimeout(resolve, graceMs);
  // Again and again, since a poller may have been about to wait.
  const wake = setInterval(() => parts.sqs.endLongPolls(), 20);
  const quiet = Promise.all([parts.door.close(graceMs), parts.lanes.stop(), parts.schedules.stop()]);
  await Promise.race([quiet, tooLate]);
  clearTimeout(patience);
  clearInterval(wake);
}

function mapValues<Key extends string, From, To>(
  record: Record<Key, From>,
  change: (value: From) => To,
): Record<Key, To> {
  const mapped = Object.entries<From>(record).map(([key, value]) => [key, change(value)]);
  return Object.fromEntries(mapped);
}
