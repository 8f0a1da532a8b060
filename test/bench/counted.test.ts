import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bundleOurs } from "../../bench/build.ts";
import { type Counted, countEvents } from "../../bench/counted.ts";
import { batchOf, eventOf } from "../../bench/events.ts";
import { openLaboratory, startFunction } from "../../bench/laboratory.ts";

const folder = mkdtempSync(join(tmpdir(), "counted-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("an event", () => {
  let counted: Counted;
  beforeAll(async () => {
    counted = await countEvents(folder);
  }, 60_000);

  it.each([
    ["joiner", { arizeCalls: 2, ledgerReads: 0, ledgerWrites: 3 }],
    ["mover", { arizeCalls: 2, ledgerReads: 0, ledgerWrites: 3 }],
    ["duplicate", { arizeCalls: 0 }],
    // Find, delete, verify; and what the deletion budget takes.
    ["leaver", { arizeCalls: 3, ledgerReads: 3, ledgerWrites: 4 }],
  ] as const)("that is a %s costs no more calls than it needs", (kind, counts) => {
    expect(counted[kind]).toMatchObject(counts);
  });
});

it("opens no connection once the worker is warm", async () => {
  const { file } = await bundleOurs("provision", folder);
  const laboratory = await openLaboratory(folder);
  const worker = await startFunction(file, laboratory);
  const opened = () => Object.values(laboratory.fronts).map((front) => front.connections());
  await worker.invoke(batchOf([eventOf("joiner", "ada@example.com")]));
  const before = opened();
  expect(Math.max(...before)).toBeGreaterThan(0);
  await worker.invoke(batchOf([eventOf("leaver", "ada@example.com")]));
  expect(opened()).toEqual(before);
  await worker.stop();
  await laboratory.close();
}, 60_000);
