import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test, vi } from "vitest";
import { Worker } from "../../local/worker.ts";
import { collectLines } from "./lines.ts";

const workers: Worker[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
});

function worker(
  options: { handler?: string; timeoutMs?: number; onLine?: ReturnType<typeof collectLines>["onLine"] } = {},
) {
  const { handler = "obedient", timeoutMs = 10_000, onLine = () => {} } = options;
  const module = new URL(`../fixtures/handlers/${handler}.ts`, import.meta.url).href;
  const started = new Worker({ name: "obedient", module, environment: { ONLY: "this" }, timeoutMs, onLine });
  workers.push(started);
  return started;
}

test("hands over the event and a context, in an environment of its own", async () => {
  const result = await worker().invoke({ todo: "tell", list: [1, null] });
  expect(result).toMatchObject({
    event: { todo: "tell", list: [1, null] },
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    arn: "arn:aws:lambda:us-east-1:000000000000:function:obedient",
    variables: expect.arrayContaining(["AWS_LAMBDA_FUNCTION_NAME", "ONLY"]),
  });
  expect(result).not.toHaveProperty("variables", expect.arrayContaining(["PATH"]));
  expect(result).toHaveProperty("remaining", expect.closeTo(9_000, -4));
});

test("answers invocations that run at the same time", async () => {
  const one = worker();
  const results = await Promise.all([1, 2, 3].map((number) => one.invoke({ todo: "tell", number })));
  expect(results).toMatchObject([1, 2, 3].map((number) => ({ event: { number } })));
});

test("fails an invocation whose handler throws, and keeps the process", async () => {
  const one = worker();
  const pid = await one.invoke({ todo: "pid" });
  await expect(one.invoke({ todo: "throw" })).rejects.toThrow("obedient: TypeError: thrown on purpose");
  expect(await one.invoke({ todo: "pid" })).toBe(pid);
});

test("ends the process of an invocation that takes too long, and starts another", async () => {
  const one = worker({ timeoutMs: 700 });
  const pid = await one.invoke({ todo: "pid" });
  await expect(one.invoke({ todo: "hang" })).rejects.toThrow("obedient: Task timed out after 0.7 seconds");
  await vi.waitFor(async () => expect(await one.invoke({ todo: "pid" })).not.toBe(pid), 10_000);
});

test.each([
  ["kill", "SIGKILL"],
  ["exit", "exit 3"],
])("fails everything that is running when the process ends: %s", async (how, reason) => {
  const { onLine, waitFor } = collectLines();
  const one = worker({ onLine });
  const hanging = one.invoke({ todo: "hang" });
  const failed = expect(hanging).rejects.toThrow(`obedient: its process ended (${reason})`);
  await waitFor(({ text }) => text === "hanging");
  if (how === "kill") one.kill();
  else await expect(one.invoke({ todo: "exit" })).rejects.toThrow(reason);
  await failed;
  expect(await one.invoke({ todo: "pid" })).toBeTypeOf("number");
});

test("tells why a function cannot be loaded, and tries again", async () => {
  const { lines, onLine } = collectLines();
  const broken = worker({ handler: "broken", onLine });
  await expect(broken.ready()).rejects.toThrow("obedient: Error: broken on purpose");
  await expect(broken.invoke({})).rejects.toThrow("broken on purpose");
  await vi.waitFor(() =>
    expect(lines.filter(({ text }) => text.startsWith("Error: broken")).length).toBeGreaterThan(0),
  );
});

test("a function's process ends by itself when its parent is killed", async () => {
  const program = fileURLToPath(new URL("../fixtures/worker-parent.ts", import.meta.url));
  const parent = spawn(process.execPath, [program], { stdio: ["ignore", "pipe", "inherit"] });
  const [output] = await once(parent.stdout, "data");
  const pid = Number(String(output));
  expect(process.kill(pid, 0)).toBe(true);
  parent.kill("SIGKILL");
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"), 10_000);
});
