import { expect, test } from "vitest";
import { lazy } from "../../lib/lazy.ts";

test("makes its value when it is asked for, and once", async () => {
  let made = 0;
  const value = lazy(async () => ++made);
  expect(made).toBe(0);
  expect(await Promise.all([value(), value()])).toEqual([1, 1]);
  expect(await value()).toBe(1);
});

test("tells a failure to all who wait, and then forgets it", async () => {
  let attempts = 0;
  const value = lazy(async () => {
    attempts++;
    if (attempts === 1) throw new Error("not yet");
    return "made";
  });
  const [first, second] = await Promise.allSettled([value(), value()]);
  expect([first.status, second.status]).toEqual(["rejected", "rejected"]);
  expect(attempts).toBe(1);
  expect(await value()).toBe("made");
  expect(await value()).toBe("made");
  expect(attempts).toBe(2);
});
