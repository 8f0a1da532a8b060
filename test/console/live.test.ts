import { expect, it } from "vitest";
import { testConsole } from "../support/console.ts";
import { eventOf, workbench } from "../support/workbench.ts";

/** Counts what an event stream says. */
async function listen(url: string): Promise<{ changes(): number; close(): void }> {
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal });
  expect(response.headers.get("content-type")).toContain("text/event-stream");
  let heard = "";
  const read = async () => {
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk).toString();
  };
  read().catch(() => {});
  return { changes: () => heard.split("event: change").length - 1, close: () => controller.abort() };
}

it("tells a page once at first, and then of what changed in the queues", async () => {
  const bench = await workbench();
  const { url } = await testConsole({}, { liveEveryMs: 20, idleEveryMs: 20 });
  const { changes, close } = await listen(`${url}live`);
  await expect.poll(changes, { timeout: 10_000 }).toBeGreaterThanOrEqual(1);
  const before = changes();
  await bench.queue.send([eventOf("joiner", "ada@example.com")]);
  await expect.poll(changes, { timeout: 10_000 }).toBeGreaterThan(before);
  close();
});

it("tells somebody's page of what happened to them", async () => {
  const bench = await workbench();
  const { url } = await testConsole();
  const { changes, close } = await listen(`${url}live?person=${bench.identity.person("ada@example.com")}`);
  await expect.poll(changes, { timeout: 10_000 }).toBe(1);
  await bench.deliver([eventOf("joiner", "ada@example.com")]);
  await expect.poll(changes, { timeout: 10_000 }).toBe(2);
  close();
});
