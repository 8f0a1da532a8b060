import { expect, it } from "vitest";
import { readStatus } from "../../ops/status.ts";
import { operator } from "../support/operator.ts";
import { eventOf, workbench } from "../support/workbench.ts";

it("counts what is queued, held, parked and planned, and tells the last sweeps", async () => {
  const bench = await workbench({
    config: { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } },
  });
  bench.fake.seed({ email: "ada@example.com" });
  bench.fake.seed({ email: "bo@example.com", status: "inactive" });
  const later = new Date(Date.now() + 9e7).toISOString();
  await bench.deliver([
    eventOf("leaver", "ada@example.com"),
    eventOf("joiner", "bo@example.com"),
    eventOf("leaver", "cy@example.com", { effectiveAt: later }),
  ]);
  await bench.queue.send([eventOf("joiner", "di@example.com")]);
  await bench.reconcile({ mode: "full" });
  const status = await readStatus(await operator({ DeployedMode: "observe" }));
  expect(status).toMatchObject({
    mode: "observe",
    isOtherMode: true,
    lanes: [
      { lane: "leavers", queued: 0, deadLetters: 0 },
      { lane: "changes", queued: 1, deadLetters: 1 },
    ],
    watched: undefined,
    held: { count: 1, byReason: { deletion_budget: 1 } },
    parked: { count: 1, byReason: { blocked_forever: 1 } },
    scheduled: 1,
    reconciled: [{ mode: "full", outcome: "finished", users: 2 }],
  });
  expect(status.secrets).toContainEqual({ name: "arize", filled: "yes", days: 0 });
});
