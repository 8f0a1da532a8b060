import { afterEach, describe, expect, it, vi } from "vitest";
import { prewarm } from "../../lib/prewarm.ts";

afterEach(() => {
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

describe("warming up", () => {
  it("is done in Lambda's init only", async () => {
    const steps = vi.fn(async () => {});
    await prewarm(steps);
    expect(steps).not.toHaveBeenCalled();
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    await prewarm(steps);
    expect(steps).toHaveBeenCalledOnce();
  });

  it("fails silently", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    await expect(prewarm(() => Promise.reject(new Error("no secret yet")))).resolves.toBeUndefined();
  });

  it("is given up after two seconds", async () => {
    vi.stubEnv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand");
    vi.useFakeTimers();
    const ended = vi.fn();
    const warming = prewarm(() => new Promise(() => {})).then(ended);
    await vi.advanceTimersByTimeAsync(1_999);
    expect(ended).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await warming;
  });
});
