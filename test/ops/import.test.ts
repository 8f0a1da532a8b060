import { describe, expect, it } from "vitest";
import { applyPlan } from "../../ops/import.ts";
import { owner, planOf } from "../support/roster.ts";
import { type Workbench, workbench } from "../support/workbench.ts";

describe("applying a plan", () => {
  const work = async (bench: Workbench) => {
    for (const lane of ["leavers", "changes"] as const) await bench.deliver(await bench.take(lane));
    return bench.fake.users().map(({ email, status }) => `${email} ${status}`);
  };

  it("invites and removes through the queue, and says who asked", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "cy@example.com" });
    bench.fake.seed({ email: "di@example.com" });
    const { connection, again } = await planOf(owner, "ada@example.com,Ada,,,", "cy@example.com,,,,inactive");
    expect(await applyPlan(connection, again(), { remove: false, by: "mel", onSent: () => {} })).toBe(2);
    expect(await work(bench)).toEqual([
      "owner@example.com active",
      "cy@example.com inactive",
      "di@example.com active",
      "ada@example.com invited",
    ]);
    expect((await bench.trail("ada@example.com"))[0]).toMatchObject({ outcome: "asked", by: "mel" });
  });

  it("removes who is merely missing only when that is said, within the budget", async () => {
    const config = { guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0, floor: 1 } } };
    const bench = await workbench({ config });
    for (const email of ["cy@example.com", "di@example.com"]) bench.fake.seed({ email });
    const { connection, again } = await planOf(owner);
    expect(await applyPlan(connection, again(), { remove: false, by: "mel", onSent: () => {} })).toBe(0);
    expect(await applyPlan(connection, again(), { remove: true, by: "mel", onSent: () => {} })).toBe(2);
    expect((await work(bench)).filter((each) => each.endsWith("inactive"))).toHaveLength(1);
  });
});
