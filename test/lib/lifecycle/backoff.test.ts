import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { backoffMs, maxAgeMs, maxBackoffMs } from "../../../lib/lifecycle/backoff.ts";

/** The first step that the functions use unless their environment says otherwise. */
const baseMs = 2_000;
const maxReceiveCount = 1000;
const dayMs = 24 * 3_600_000;

test("doubles up to a quarter of an hour, with full jitter", () => {
  const widest = () => 1;
  const ceilings = [1, 2, 3, 9, 10, 100].map((failed) => backoffMs(failed, baseMs, undefined, widest));
  expect(ceilings).toEqual([2_000, 4_000, 8_000, 512_000, maxBackoffMs, maxBackoffMs]);
  expect(backoffMs(5, baseMs, undefined, () => 0)).toBe(0);
  expect(backoffMs(5, baseMs, undefined, () => 0.5)).toBe(16_000);
});

test("waits for at least as long as it was told, plus a little", () => {
  expect(backoffMs(1, baseMs, 30_000, () => 0)).toBe(30_000);
  expect(backoffMs(1, baseMs, 30_000, () => 0.5)).toBe(31_000);
  expect(backoffMs(1, baseMs, dayMs, () => 0)).toBe(maxBackoffMs);
});

test("grows beyond what it was told when that did not help", () => {
  expect(backoffMs(9, baseMs, 30_000, () => 0.5)).toBe(256_000);
  expect(backoffMs(9, baseMs, 300_000, () => 0.5)).toBe(301_000);
});

test("is never negative, never longer than the longest, never shorter than asked", () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const asked = fc.option(fc.nat(maxBackoffMs), { nil: undefined });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), asked, random, (failed, afterMs, draw) => {
      const waitMs = backoffMs(failed, baseMs, afterMs, () => draw);
      expect(waitMs).toBeGreaterThanOrEqual(afterMs ?? 0);
      expect(waitMs).toBeLessThanOrEqual(maxBackoffMs);
    }),
  );
});

describe("the arithmetic of patience", () => {
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

  test("an outage of a day costs 150 to 300 receives", () => {
    for (const seed of seeds) {
      const receives = receivesDuring(dayMs, seeded(seed));
      expect(receives).toBeGreaterThan(150);
      expect(receives).toBeLessThan(300);
    }
  });

  test("nor more when the service says for a day that a minute is enough", () => {
    for (const seed of seeds) expect(receivesDuring(dayMs, seeded(seed), 60_000)).toBeLessThan(300);
  });

  test("a message grows too old before it runs out of receives", () => {
    for (const seed of seeds) {
      expect(receivesDuring(maxAgeMs, seeded(seed))).toBeLessThan(maxReceiveCount);
      expect(receivesDuring(maxAgeMs, seeded(seed), 60_000)).toBeLessThan(maxReceiveCount);
    }
  });
});

/** How often a message is received while every attempt fails at once; visibility is set in whole seconds. */
function receivesDuring(outageMs: number, random: () => number, afterMs?: number): number {
  let receives = 0;
  for (let clock = 0; clock < outageMs; ) {
    receives++;
    clock += Math.max(1, Math.ceil(backoffMs(receives, baseMs, afterMs, random) / 1000)) * 1000;
  }
  return receives;
}

/** A small linear congruential generator, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
