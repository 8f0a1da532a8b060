import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { LifecycleConfigInput } from "../lib/config.ts";
import { startDoor } from "../local/door.ts";
import { type Emulators, startEmulators } from "../local/emulators.ts";
import {
  anyPorts,
  localSecrets,
  type Ports,
  queueArn,
  queueNames,
  queueUrl,
  region,
  secretIds,
  urlOf,
} from "../local/environment.ts";
import { type Poller, startPoller } from "../local/poller.ts";
import { type Schedule, startSchedules } from "../local/schedules.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";
import { Watch } from "./watch.ts";
import { Weather } from "./weather.ts";
import { type LabWorker, startWorker, visibilitySeconds } from "./worker.ts";

export interface LabOptions {
  seed: number;
  events: number;
  scale: number;
  /** When the lab's clock and the one outside were the same, epoch milliseconds. */
  epoch: number;
  config: LifecycleConfigInput;
  /** The addresses of those whose creation takes long. */
  toHoldUp: ReadonlySet<string>;
}

/** The whole system, with something that breaks things before every service that it uses. */
export interface Lab {
  ports: Ports;
  watch: Watch;
  weather: Weather;
  /** The most memory that the worker which is never killed on purpose had resident since this was last asked, bytes. */
  peakMemory(): number;
  /** How often a process was killed as the plan says. */
  deaths(): number;
  close(): Promise<void>;
}

const minute = 60_000;
const schedules: readonly Schedule[] = [
  { function: "reconcile", event: { mode: "full" }, firstAfterMs: 0, everyMs: 60 * minute },
  { function: "reconcile", event: { mode: "invitations" }, firstAfterMs: 30 * minute, everyMs: 60 * minute },
  { function: "reconcile", event: { mode: "due" }, firstAfterMs: minute, everyMs: minute },
  { function: "dead-letters", event: {}, firstAfterMs: 5 * minute, everyMs: 5 * minute },
];

/** What functions write is read where they are started; of the rest nobody has to know. */
const onLine = () => {};

/** Starts everything. @throws Error when an emulator cannot start */
export async function startLab(options: LabOptions): Promise<Lab> {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const config = join(folder, "config.mjs");
  writeFileSync(config, `export default ${JSON.stringify(options.config)};`);
  const emulators = await startEmulators({ ports: anyPorts, visibilitySeconds, maxReceiveCount: 1000 });
  const [watch, weather] = [new Watch(localSecrets[secretIds.identity]), new Weather(options, options.toHoldUp)];
  const { ports } = emulators;
  const common = { ...options, config, ports, watch, weather };
  const [mortal, survivor, ingest, sweeper] = await Promise.all([
    startWorker({ ...common, name: "mortal" }),
    startWorker({ ...common, name: "survivor" }),
    startWorker({ ...common, name: "ingest" }),
    startWorker({ ...common, name: "sweeper" }),
  ]);
  const door = await startDoor({ port: 0, invoke: (event) => ingest.invoke("ingest", event), onLine });
  const lanes = await startLanes([mortal, survivor], emulators, weather);
  const clockwork = startSchedules(schedules, { invoke: (name, event) => sweeper.invoke(name, event), onLine });
  return {
    ports: { ...ports, door: door.port },
    watch,
    weather,
    peakMemory: survivor.peakMemory,
    deaths: () => mortal.deaths() + ingest.deaths(),
    close: async () => {
      await Promise.all([door.close(0), lanes.close(), clockwork.stop()]);
      await Promise.all([mortal, survivor, ingest, sweeper].map((worker) => worker.close()));
      await emulators.close();
      rmSync(folder, { recursive: true });
    },
  };
}

interface Closable {
  close(): Promise<void>;
}

/** The event sources of both lanes, each worker with its own share, over a way to SQS that is no safer than the others. */
async function startLanes(
  workers: readonly LabWorker[],
  { ports, sqs }: Emulators,
  weather: Weather,
): Promise<Closable> {
  const proxy = await startProxy({
    service: "sqs",
    port: ports.sqs,
    decide: (step) => weather.decide(step, undefined),
    kill: () => {},
    onEffect: () => {},
  });
  const client = sqsClient(proxy.port);
  const pollers = workers.flatMap((worker) => [
    startLane("leavers", 1, worker, client, ports),
    startLane("changes", 3, worker, client, ports),
  ]);
  return { close: () => closeLanes(pollers, () => sqs.endLongPolls(), client, proxy) };
}

function startLane(
  lane: "leavers" | "changes",
  count: number,
  worker: LabWorker,
  client: SQSClient,
  ports: Ports,
): Poller {
  const name = queueNames[lane];
  const [url, arn] = [queueUrl(ports.sqs, name), queueArn(name)];
  const invoke = (event: unknown) => worker.invoke("provision", event);
  return startPoller({ client, queueUrl: url, queueArn: arn, count, invoke, onLine });
}

async function closeLanes(pollers: readonly Poller[], wake: () => void, client: SQSClient, proxy: FaultProxy) {
  const waking = setInterval(wake, 500);
  await Promise.all(pollers.map((poller) => poller.stop()));
  clearInterval(waking);
  client.destroy();
  await proxy.close();
}

/** A client of the SQS emulator, past all that breaks. */
export function sqsClient(port: number): SQSClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new SQSClient({ region, credentials, endpoint: urlOf(port), useQueueUrlAsEndpoint: false });
}
