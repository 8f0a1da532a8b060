import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { defaultSchedules, startSchedules } from "../../local/schedules.ts";
import { collectLines } from "./lines.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});
const everyMinute = { function: "reconcile", event: { mode: "due" }, firstAfterMs: 0, everyMs: 60_000 } as const;
const minutes = (count: number) => vi.advanceTimersByTimeAsync(count * 60_000);

test("runs each in its time, the full listing first", async () => {
  const runs: unknown[] = [];
  const invoke = async (_: string, event: unknown) => {
    runs.push(event);
  };
  const schedules = startSchedules(defaultSchedules, { invoke, onLine: () => {} });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toEqual([{ mode: "full" }, { mode: "invitations" }, { mode: "subscriptions" }]);
  await minutes(24 * 60);
  const count = (mode: string) => runs.filter((run) => JSON.stringify(run) === JSON.stringify({ mode })).length;
  expect([count("full"), count("invitations"), count("due")]).toEqual([2, 25, 1440]);
  const all = 2 + 25 + 3 + 1440 + 1440;
  expect(runs).toHaveLength(all);
  await schedules.stop();
  await minutes(60);
  expect(runs).toHaveLength(all);
});

test("reports a failed run and goes on", async () => {
  const { lines, onLine } = collectLines();
  const invoke = vi.fn().mockRejectedValue(new Error("no answer"));
  const schedules = startSchedules([everyMinute], { invoke, onLine });
  await minutes(1);
  expect(invoke).toHaveBeenCalledTimes(2);
  expect(lines.map(({ text }) => JSON.parse(text))).toMatchObject([
    { message: "reconcile failed", mode: "due", reason: "no answer" },
    { mode: "due" },
  ]);
  await schedules.stop();
});

test("never runs a mode twice at the same time, and stops after the run that is under way", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const invoke = vi.fn(() => promise);
  const schedules = startSchedules([everyMinute], { invoke, onLine: () => {} });
  await minutes(3);
  expect(invoke).toHaveBeenCalledTimes(1);
  const stopped = vi.fn();
  const stopping = schedules.stop().then(stopped);
  await minutes(1);
  expect(stopped).not.toHaveBeenCalled();
  resolve();
  await stopping;
});
