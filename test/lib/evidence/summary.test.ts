import { expect, test } from "vitest";
import { summarize } from "../../../lib/evidence/summary.ts";
import { evidenceEntry } from "../../support/evidence.ts";

test("counts outcomes and takes the percentiles of those who were removed", () => {
  const removed = Array.from({ length: 100 }, (_, index) =>
    evidenceEntry({ msToGone: (100 - index) * 10, late: index === 0 }),
  );
  const { msToGone: _, ...held } = evidenceEntry({ outcome: "held" });
  expect(summarize([...removed, held])).toEqual({
    leavers: 101,
    removed: 100,
    p50Ms: 500,
    p99Ms: 990,
    late: 1,
    byOutcome: { removed: 100, held: 1 },
  });
});

test("of nobody there are none", () => {
  expect(summarize([])).toEqual({ leavers: 0, removed: 0, p50Ms: null, p99Ms: null, late: 0, byOutcome: {} });
});
