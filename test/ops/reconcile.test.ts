import { expect, it } from "vitest";
import { writeListing } from "../../lib/ledger/listing.ts";
import { runReconcile } from "../../ops/reconcile.ts";
import { serve } from "../support/fake-arize.ts";
import { workbench } from "../support/workbench.ts";

const full = { mode: "full", dryRun: false, acceptShrink: false };
const run = (request: object = {}) => runReconcile({ ...full, ...request }, undefined);

it("tells what was looked at, and that all of it was", async () => {
  await workbench();
  expect(await run()).toEqual({ summary: "full: looked at 1, queued 0", isWhole: true, rows: [] });
});

it("does not take a listing for whole that is not believed", async () => {
  const bench = await workbench();
  await writeListing(bench.table, { users: 100, at: new Date().toISOString() });
  expect(await run()).toMatchObject({ isWhole: false, summary: expect.stringContaining("not believed") });
  expect(await run({ acceptShrink: true })).toMatchObject({ isWhole: true });
});

it("nor a run that was skipped, or that its time cut short", async () => {
  await workbench({ config: { mode: "paused" } });
  expect(await run()).toMatchObject({ isWhole: false, summary: expect.stringContaining("the mode is paused") });
  const swept = { finished: false, users: 100, queued: 3, plan: [] };
  const lambda = await serve((_request, response) => response.end(JSON.stringify(swept)));
  process.env.AWS_ENDPOINT_URL_LAMBDA = lambda;
  expect(await runReconcile(full, "a-deployed-function")).toMatchObject({
    isWhole: false,
    summary: expect.stringMatching(/^full: looked at 100, queued 3; to be continued/),
  });
});
