import { expect, it } from "vitest";
import { countsOf, pipeline } from "../../../console/charts/pipeline.ts";

const newest = "2026-11-24T11:00:00.000Z";
const activity = {
  at: 0,
  items: 9,
  recent: [],
  removals: [],
  bySource: new Map([
    ["okta", { received: 2, done: 1, newest }],
    ["workos", { received: 5, done: 5, newest }],
    ["reconcile", { received: 3, done: 3, newest }],
  ]),
};
const lanes = [
  { lane: "leavers" as const, queued: 1, working: 2, deadLetters: 0 },
  { lane: "changes" as const, queued: 4, working: 1, deadLetters: 0 },
];

it("counts each way in, each queue, and how it ended", () => {
  const counts = countsOf(activity, { at: 0, lanes, held: [], parked: [], unreadable: 0, watched: undefined });
  expect(counts).toEqual({
    webhooks: [
      ["workos", 5],
      ["okta", 2],
    ],
    sweeps: 3,
    operators: 0,
    queued: { leavers: 1, changes: 4 },
    working: 3,
    done: 9,
    held: 0,
    parked: 0,
  });
  expect(String(pipeline(counts))).toContain('data-count="webhooks">7<');
});

it("does not take what it could not read for none", () => {
  const drawn = String(pipeline(countsOf(undefined, undefined)));
  for (const name of ["webhooks", "sweeps", "queued-leavers", "working", "done"])
    expect(drawn).toContain(`data-count="${name}">?<`);
});
