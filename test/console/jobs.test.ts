import { expect, it, vi } from "vitest";
import { Jobs } from "../../console/jobs.ts";

it("runs one of a name at a time, and keeps what came of the last", async () => {
  const onEnd = vi.fn();
  const jobs = new Jobs<string>(onEnd);
  const { promise, resolve } = Promise.withResolvers<string>();
  expect(jobs.start("full", () => promise)).toBe(true);
  expect(jobs.start("full", () => Promise.resolve("another"))).toBe(false);
  expect(jobs.get("full")).toMatchObject({ startedAt: expect.any(Date) });
  expect(jobs.get("full")?.endedAt).toBeUndefined();
  resolve("a plan");
  await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
  expect(jobs.get("full")).toMatchObject({ result: "a plan", endedAt: expect.any(Date) });
});

it("keeps why one failed, and can start it again", async () => {
  const onEnd = vi.fn();
  const jobs = new Jobs<string>(onEnd);
  jobs.start("full", () => Promise.reject(new Error("Arize answered 503")));
  await vi.waitFor(() => expect(onEnd).toHaveBeenCalledOnce());
  expect(jobs.get("full")).toMatchObject({ problem: "Arize answered 503" });
  expect(jobs.start("full", () => Promise.resolve("a plan"))).toBe(true);
});
