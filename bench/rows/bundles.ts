import { bundleKitchen, bundleOurs } from "../build.ts";
import type { Group } from "../group.ts";
import { atMost } from "../row.ts";

const counterparts = {
  ingest: "ingest",
  provision: "provision",
  // The kitchen has no such functions: what both need is in its worker.
  reconcile: "provision",
  "dead-letters": "provision",
} as const;

/** Row 1: the bytes of each function. `test/bench/bundles.test.ts` asserts what they are made of. */
export const bundles: Group = async ({ folder, progress }) => {
  const rows = [];
  for (const name of ["ingest", "provision", "reconcile", "dead-letters"] as const) {
    progress(name);
    const [ours, kitchen] = await Promise.all([bundleOurs(name, folder), bundleKitchen(counterparts[name], folder)]);
    const kilobytes = `${Math.round(ours.bytes / 1000)} of ${Math.round(kitchen.bytes / 1000)} KB`;
    rows.push(atMost(0.75, "x RK", `1 bundle of ${name} (${kilobytes})`, [ours.bytes / kitchen.bytes]));
  }
  return rows;
};
