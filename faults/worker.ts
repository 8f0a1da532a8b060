import * as z from "zod/mini";
import { localEnvironment, type Ports } from "../local/environment.ts";
import { type Functions, startFunctions } from "../local/functions.ts";
import type { OnLine } from "../local/report.ts";
import { hear } from "../test/support/silence.ts";
import { type FaultProxy, startProxy } from "./proxy.ts";
import type { Service } from "./steps.ts";
import type { Watch } from "./watch.ts";
import type { Weather } from "./weather.ts";

/** A process of its own for each function, and two for the worker: one of them is killed now and then, the other stays. */
export const workerNames = ["mortal", "survivor", "ingest", "sweeper"] as const;
export type WorkerName = (typeof workerNames)[number];

export interface WorkerOptions {
  name: WorkerName;
  seed: number;
  scale: number;
  epoch: number;
  /** Absolute path of the configuration. */
  config: string;
  /** Where the emulators listen. */
  ports: Ports;
  weather: Weather;
  watch: Watch;
}

export interface LabWorker extends Pick<Functions, "invoke"> {
  /** The most memory it had resident since this was last asked, bytes. */
  peakMemory(): number;
  /** How often it was killed as the plan says. */
  deaths(): number;
  close(): Promise<void>;
}

/** In the order in which they have to stand: a call to Arize (10 s), the worker, its lease, the queue's visibility. */
const timeouts = { ingest: 20_000, provision: 60_000, reconcile: 300_000, "dead-letters": 60_000 };
const leaseMs = 75_000;
export const visibilitySeconds = 120;

const failureSchema = z.object({ message: z.literal("event put back"), event: z.string(), reason: z.string() });

/** Starts a function's process whose every request to a service goes through a fault proxy. */
export async function startWorker(options: WorkerOptions): Promise<LabWorker> {
  const { name, scale, watch } = options;
  let deaths = 0;
  let peak = 0;
  const onLine: OnLine = ({ text }) => {
    const memory = /^\{"memory":(\d+)\}$/.exec(text)?.[1];
    if (memory !== undefined) peak = Math.max(peak, Number(memory));
    else noteLine(text, name, watch);
  };
  const kill = () => {
    deaths++;
    functions.kill(name === "ingest" ? "ingest" : "provision");
  };
  const proxies = await startProxies(options, kill);
  // Loading takes as long as it takes: nothing is learned from a machine that is too busy for it.
  const initTimeoutMs = 30_000 * scale;
  const settings = Object.fromEntries(
    Object.entries(timeouts).map(([each, timeoutMs]) => [each, { timeoutMs, initTimeoutMs }]),
  );
  const functions = startFunctions({ settings, environment: environmentOf(options, proxies), onLine });
  return {
    invoke: async (...invocation) => {
      try {
        return await functions.invoke(...invocation);
      } catch (error) {
        watch.noteDeath(name);
        throw error;
      }
    },
    peakMemory: () => {
      const since = peak;
      peak = 0;
      return since;
    },
    deaths: () => deaths,
    close: async () => {
      await functions.close();
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()));
    },
  };
}

type Proxies = Record<Service, FaultProxy>;

async function startProxies(options: WorkerOptions, kill: () => void): Promise<Proxies> {
  const { name, ports, weather, watch } = options;
  const mortal = name === "mortal" || name === "ingest" ? name : undefined;
  const start = (service: Service) =>
    startProxy({
      service,
      port: ports[service],
      decide: (step) => {
        const fault = weather.decide(watch.named(step), mortal);
        if (fault !== undefined) watch.noteFault(name, step, fault);
        return fault;
      },
      kill,
      onEffect: (...effect) => watch.noteEffect(name, ...effect),
    });
  const [arize, sources, sqs, dynamodb, secrets] = await Promise.all([
    start("arize"),
    start("sources"),
    start("sqs"),
    start("dynamodb"),
    start("secrets"),
  ]);
  return { arize, sources, sqs, dynamodb, secrets };
}

function environmentOf({ name, seed, scale, epoch, config }: WorkerOptions, proxies: Proxies): Record<string, string> {
  const { arize, sources, sqs, dynamodb, secrets } = proxies;
  const aws = { sqs: sqs.port, dynamodb: dynamodb.port, secrets: secrets.port };
  const ports = { door: 0, arize: arize.port, sources: sources.port, ...aws };
  const preload = new URL("./preload.ts", import.meta.url).href;
  return {
    ...localEnvironment({ ports, config, leaseMs }),
    LAB_SCALE: String(scale),
    LAB_EPOCH: String(epoch),
    LAB_SEED: String(seed),
    LAB_WORKER: name,
    // V8's nursery grows with the rate of allocation, up to 128 MB, and each thread of glibc's has a heap that is given back
    // late: bounded, what grows is what is kept.
    MALLOC_ARENA_MAX: "2",
    NODE_OPTIONS: `--import=${preload} --max-old-space-size=128 --max-semi-space-size=16 --disable-warning=ExperimentalWarning`,
  };
}

function noteLine(text: string, name: WorkerName, watch: Watch): void {
  hear("output", text);
  if (!text.includes('"event put back"')) return;
  const failure = failureSchema.safeParse(JSON.parse(text)).data;
  if (failure) watch.note(failure.event, `${name}: ${failure.event}: ${failure.reason}`);
}
