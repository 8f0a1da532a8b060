import { expect, it, onTestFinished, vi } from "vitest";
import { Monitor } from "../../console/monitor.ts";
import { operator } from "../support/operator.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const quick = { liveEveryMs: 10, idleEveryMs: 10 };

async function monitorOf(): Promise<Monitor> {
  const monitor = new Monitor(await operator(), quick);
  onTestFinished(() => monitor.close());
  return monitor;
}

it("tells of changes, and keeps how old the queues were", async () => {
  const bench = await workbench();
  const monitor = await monitorOf();
  await monitor.look();
  const onChange = vi.fn();
  monitor.onChange(onChange);
  await bench.queue.send([eventOf("leaver", "ada@example.com")]);
  await expect.poll(() => onChange.mock.calls.length).toBeGreaterThan(0);
  expect((await monitor.reading())?.lanes).toMatchObject([
    { lane: "leavers", queued: 1 },
    { lane: "changes", queued: 0 },
  ]);
  await expect.poll(() => monitor.samples.at(-1)?.leavers).toBeGreaterThan(0);
  expect(monitor.samples.at(-1)?.changes).toBe(0);
});

it("shows only what waits for an operator", async () => {
  const bench = await workbench();
  bench.fake.seed({ email: "ada@example.com", status: "inactive" });
  await bench.deliver([eventOf("joiner", "ada@example.com")]);
  const monitor = await monitorOf();
  expect((await monitor.reading())?.parked).toMatchObject([{ reason: "blocked_forever" }]);
});

it("says why there is no answer, keeps what it saw last, and goes on looking", async () => {
  await workbench();
  const target = await operator();
  const monitor = new Monitor(target, quick);
  onTestFinished(() => monitor.close());
  await monitor.look();
  const away = vi.spyOn(target.table, "queryAll").mockRejectedValue(new Error("the ledger is away"));
  await monitor.look();
  expect(monitor.problem).toBe("the ledger is away");
  expect(await monitor.reading()).toBeDefined();
  away.mockRestore();
  monitor.start();
  await expect.poll(() => monitor.problem).toBeUndefined();
});
