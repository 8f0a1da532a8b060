import { expect, test } from "vitest";
import { Alone } from "../../../lib/lifecycle/alone.ts";

/** Runs what is ready to run. */
async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

function suspect(alone: Alone, crashes: number, started: number[]): void {
  void alone.wait(crashes).then(() => started.push(crashes));
}

test("a suspect who is the only one starts at once", async () => {
  await expect(new Alone(1).wait(1)).resolves.toBeUndefined();
});

test("suspects wait for everybody else", async () => {
  const alone = new Alone(3);
  const started: number[] = [];
  suspect(alone, 1, started);
  await settle();
  expect(started).toEqual([]);
  alone.leave();
  await settle();
  expect(started).toEqual([]);
  alone.leave();
  await settle();
  expect(started).toEqual([1]);
});

test("suspects go one at a time, those with the fewest crashes first", async () => {
  const alone = new Alone(4);
  const started: number[] = [];
  for (const crashes of [3, 1, 4]) suspect(alone, crashes, started);
  alone.leave();
  const steps: number[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    await settle();
    steps.push([...started]);
    alone.leave();
  }
  expect(steps).toEqual([[1], [1, 3], [1, 3, 4]]);
});

test("a suspect may wait again: behind those with fewer crashes", async () => {
  const alone = new Alone(2);
  const started: number[] = [];
  suspect(alone, 1, started);
  suspect(alone, 2, started);
  await settle();
  expect(started).toEqual([1]);
  suspect(alone, 3, started);
  await settle();
  expect(started).toEqual([1, 2]);
  alone.leave();
  await settle();
  expect(started).toEqual([1, 2, 3]);
});
