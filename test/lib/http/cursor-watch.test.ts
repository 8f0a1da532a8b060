import { expect, test } from "vitest";
import { cursorWatch } from "../../../lib/http/cursor-watch.ts";

test("cursors that are all different are never held against anybody", () => {
  const isRepeated = cursorWatch(undefined);
  for (let page = 0; page < 5000; page += 1) expect(isRepeated(`c${page}`)).toBe(false);
});

test("the cursor that a listing was resumed at counts as seen", () => {
  expect(cursorWatch("c7")("c7")).toBe(true);
});

test.each([
  [0, 1],
  [0, 5],
  [3, 4],
  [100, 17],
])("a circle after %i good cursors, of length %i, is found", (tail, length) => {
  const isRepeated = cursorWatch(undefined);
  const cursorOf = (page: number) => `c${page < tail ? page : tail + ((page - tail) % length)}`;
  let page = 0;
  while (page < 10_000 && !isRepeated(cursorOf(page))) page += 1;
  expect(page).toBeGreaterThanOrEqual(tail + length);
  expect(page).toBeLessThan(3 * (tail + length) + 3);
});
