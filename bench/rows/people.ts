import { setTimeout as delay } from "node:timers/promises";
import { bundleOurs } from "../build.ts";
import { batchOf, eventOf } from "../events.ts";
import type { Group } from "../group.ts";
import { openLaboratory, startFunction } from "../laboratory.ts";
import { atMost } from "../row.ts";

/** How long Arize takes for each call here; two are made for a joiner. So long that what the emulators take hides in it. */
const latencyMs = 800;

/** Row 9: a batch of ten people beside one of them alone. `test/lib/fifo-batch.test.ts` asserts the order within a person. */
export const people: Group = async ({ folder, rounds, progress }) => {
  const { file } = await bundleOurs("provision", folder);
  const laboratory = await openLaboratory(folder);
  laboratory.fake.intercept(async (_, moment) => {
    if (moment === "before") await delay(latencyMs);
  });
  const worker = await startFunction(file, laboratory);
  const timed = async (count: number, round: string) => {
    const events = Array.from({ length: count }, (_, n) => eventOf("joiner", `${round}-${n}@example.com`));
    const start = performance.now();
    await worker.invoke(batchOf(events));
    return performance.now() - start;
  };
  // Opens as many connections as ten people need.
  await timed(10, "warm");
  const samples: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`ten people, round ${round} of ${rounds}`);
    const alone = await timed(1, `alone${round}`);
    samples.push((await timed(10, `ten${round}`)) / alone);
  }
  await worker.stop();
  await laboratory.close();
  return [atMost(1.15, "x one person", "9 wall of a batch of 10 different people", samples)];
};
