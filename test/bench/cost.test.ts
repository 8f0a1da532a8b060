import { describe, expect, it } from "vitest";
import { bill } from "../../bench/cost.ts";

const counts = { arizeCalls: 2, ledgerReads: 0, ledgerWrites: 3 };
const million = { events: 1_000_000, counts, logBytes: 500 };

describe("the bill", () => {
  it("is the sum of its parts, and grows with the events", () => {
    const { total, ...parts } = bill({ ...million, batch: 1 });
    expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 9);
    expect(bill({ ...million, events: 1_000, batch: 1 }).total).toBeCloseTo(total / 1_000, 9);
  });

  it("has the public prices of a million of each", () => {
    const { api, queue, ledger } = bill({ ...million, batch: 1 });
    expect({ api, queue, ledger }).toEqual({ api: 1, queue: 1.5, ledger: expect.closeTo(3 * 0.625, 9) });
  });

  it("is lower in batches for all that is paid by the request, and not for what is paid by the event", () => {
    const [single, batched] = [bill({ ...million, batch: 1 }), bill({ ...million, batch: 10 })];
    for (const part of ["api", "ingest", "queue", "worker"] as const)
      expect(batched[part]).toBeCloseTo(single[part] / 10);
    expect(batched.ledger).toBe(single.ledger);
    expect(batched.total).toBeLessThan(3);
  });
});
