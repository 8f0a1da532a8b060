import { expect, it } from "vitest";
import { decideAll, selectShelved } from "../../ops/bulk.ts";
import { operator } from "../support/operator.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const config = { guards: { twoPeopleAbove: 2, deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };
const cy = { by: "cy", principal: "arn:cy" };
const di = { by: "di", principal: "arn:di" };
const request = { shelf: "HELD", verb: "release", note: "HR said so" } as const;

async function held(bench: Workbench, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    bench.fake.seed({ email: `user${n}@example.com` });
    await bench.deliver([eventOf("leaver", `user${n}@example.com`)]);
  }
}

it("chooses by reason, kind, source and age, what waits only", async () => {
  const bench = await workbench({ config });
  await held(bench, 2);
  const choose = async (filter: object) => (await selectShelved(bench, "HELD", filter)).length;
  expect(await choose({})).toBe(2);
  expect(await choose({ reason: "deletion_budget", kind: "leaver", source: "standard" })).toBe(2);
  for (const none of [{ reason: "last_admin" }, { kind: "joiner" }, { source: "okta" }, { before: "2020-01-01" }]) {
    expect(await choose(none)).toBe(0);
  }
});

it("decides about a few at once, by one person", async () => {
  const bench = await workbench({ config });
  await held(bench, 2);
  const connection = await operator();
  let told = 0;
  const onDone = () => told++;
  const chosen = await selectShelved(connection, "HELD", {});
  expect(await decideAll(connection, chosen, { ...request, caller: cy, onDone })).toEqual({ done: 2 });
  expect(told).toBe(2);
  expect(await bench.take("leavers")).toHaveLength(2);
  expect(await selectShelved(connection, "HELD", {})).toEqual([]);
});

it("takes two different people for more, who want the same of the same events", async () => {
  const bench = await workbench({ config });
  await held(bench, 3);
  const connection = await operator();
  const chosen = await selectShelved(connection, "HELD", {});
  const proposed = { proposed: true, count: 3 };
  expect(await decideAll(connection, chosen, { ...request, caller: cy })).toEqual(proposed);
  // The same person under another name, other events, or another verb do not count as a second person.
  expect(await decideAll(connection, chosen, { ...request, caller: { ...cy, by: "di" } })).toEqual(proposed);
  expect(await decideAll(connection, chosen, { ...request, verb: "dismiss", caller: di })).toEqual(proposed);
  expect(await bench.take("leavers")).toEqual([]);
  expect(await decideAll(connection, chosen, { ...request, caller: di })).toEqual({ done: 3 });
  const trail = await bench.trail("user0@example.com");
  expect(trail.find(({ outcome }) => outcome === "released")).toMatchObject({
    by: "di, proposed by di",
    note: "HR said so",
  });
});
