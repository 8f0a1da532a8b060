import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import { localSecrets, secretIds } from "../../local/environment.ts";
import type { Line } from "../../local/report.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import type { Group } from "../group.ts";
import { writeConfig } from "../laboratory.ts";
import { sendLoad } from "../load.ts";
import { atMost } from "../row.ts";

const sizes = [1_000, 10_000, 50_000];
/** The bench is to end within a quarter of an hour: what was worked by then is what counts. */
const longestMs = 150_000;
/** Worked before the clock starts: new processes are slow, and how slow says nothing of how much is queued. */
const warmUp = 1_000;

interface Run {
  size: number;
  worked: number;
  ms: number;
  /** Milliseconds of CPU an event: of the two functions, and of what stands in for AWS, Arize and the senders. */
  cpu: { ingest: number; provision: number; emulators: number };
}

/** Row 13: events from HTTP to their recorded outcome through the stack of a laptop, and where the time goes. */
export const throughput: Group = async ({ folder, progress }) => {
  const config = writeConfig(folder);
  const runs: Run[] = [];
  for (const size of sizes) runs.push(await run(size, config, progress));
  const perEvent = runs.map(({ ms, worked }) => ms / worked);
  const flatness = Math.max(...perEvent) / Math.min(...perEvent);
  const speeds = runs.map(({ ms, worked, size }) => `${Math.round((worked / ms) * 1000)}/s ${told(worked, size)}`);
  const { ingest, provision, emulators } = runs.at(-1)?.cpu ?? { ingest: 0, provision: 0, emulators: 0 };
  const spent = `ms of CPU an event: worker ${provision.toFixed(1)}, ingest ${ingest.toFixed(1)}, emulators ${emulators.toFixed(1)}`;
  return [atMost(1.15, "x slowest of fastest", `13 time per event: ${speeds.join(", ")}; ${spent}`, [flatness])];
};

function told(worked: number, size: number): string {
  return worked < size ? `for the first ${worked} of ${size}` : `for ${size}`;
}

async function run(size: number, config: string, progress: (doing: string) => void): Promise<Run> {
  let worked = 0;
  let awaited = { count: warmUp, resolve: () => {} };
  const until = (count: number) =>
    new Promise<void>((resolve) => {
      awaited = { count, resolve };
    });
  const onLine = ({ from, text }: Line) => {
    if (from !== "provision" || !text.includes('"message":"event"')) return;
    if (++worked === awaited.count) awaited.resolve();
    if (worked % 500 === 0) progress(`${worked} of ${size} events worked`);
  };
  const stack = await startStack({
    config,
    onLine,
    functions: { ingest: spending("ingest"), provision: spending("provision") },
  });
  const send = (count: number) => sendLoad(stack.urls.door, count, localSecrets[secretIds.okta]);
  const warm = until(warmUp);
  await Promise.all([send(warmUp), warm]);
  const before = await spent(stack);
  const start = performance.now();
  const done = until(warmUp + size);
  const sending = send(size);
  await Promise.race([done, delay(longestMs, undefined, { ref: false }), sending.then(() => done)]);
  const [ms, counted] = [performance.now() - start, worked - warmUp];
  const after = await spent(stack);
  await stack.close(0);
  // What was not sent yet when the stack ended is refused.
  await sending.catch(() => {});
  const perEvent = (part: keyof Run["cpu"]) => (after[part] - before[part]) / 1000 / counted;
  const cpu = { ingest: perEvent("ingest"), provision: perEvent("provision"), emulators: perEvent("emulators") };
  return { size, worked: counted, ms, cpu };
}

function spending(name: "ingest" | "provision") {
  return { module: new URL(`../spending.ts?of=${name}`, import.meta.url).href };
}

const spentSchema = z.object({ spent: z.number() });

/** The CPU that each process has taken so far, in microseconds. */
async function spent(stack: Stack): Promise<Run["cpu"]> {
  const of = async (name: "ingest" | "provision") => spentSchema.parse(await stack.invoke(name, "spent")).spent;
  const { user, system } = process.cpuUsage();
  return { ingest: await of("ingest"), provision: await of("provision"), emulators: user + system };
}
