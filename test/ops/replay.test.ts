import { expect, it } from "vitest";
import { planReplay, replay } from "../../ops/replay.ts";
import { operator } from "../support/operator.ts";
import { eventOf, testConfig, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const mel = { by: "mel", principal: "arn:mel" };
const word = { caller: mel, note: "mode is act now" };
const ever = { from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z" };
const plan = async (period = ever) => planReplay(await operator(), period, () => {});

it("sends observed leavers again, once the mode is act, for those who are still at Arize", async () => {
  const bench = await workbench({ config: { mode: "observe" } });
  bench.fake.seed({ email: ada });
  const leaver = eventOf("leaver", ada);
  await bench.deliver([leaver]);
  const acting = await bench.restart({ mode: "act" });
  const planned = await plan();
  expect(planned).toMatchObject([{ how: "send", email: ada, event: leaver.id, outcome: "would_delete" }]);
  let told = 0;
  expect(await replay(await operator(), planned, word, () => told++)).toEqual({ done: 1 });
  expect(told).toBe(1);
  const again = await bench.take("leavers");
  expect(again).toMatchObject([{ id: leaver.id, source: "standard", occurredAt: leaver.occurredAt, attempt: 1 }]);
  await acting.deliver(again);
  expect((await bench.trail(ada)).map(({ outcome }) => outcome)).toEqual(["would_delete", "asked", "removed"]);
  expect((await bench.trail(ada))[1]).toMatchObject({ by: "mel", note: word.note });
  expect(await plan()).toMatchObject([{ how: "cannot", detail: "they are not at Arize any more" }]);
});

it("sends observed suspends again too", async () => {
  const bench = await workbench({ config: { mode: "observe" } });
  bench.fake.seed({ email: ada });
  const suspend = eventOf("suspend", ada);
  await bench.deliver([suspend]);
  const acting = await bench.restart({ mode: "act" });
  const planned = await plan();
  expect(planned).toMatchObject([{ how: "send", kind: "suspend", email: ada, event: suspend.id }]);
  await replay(await operator(), planned, word, () => {});
  await acting.deliver(await bench.take("leavers"));
  expect((await bench.trail(ada)).at(-1)?.outcome).toBe("suspended");
});

it.each(["reinstate", "suspend"] as const)("leaves a leaver alone that a newer %s came after", async (kind) => {
  const bench = await workbench({ config: { mode: "observe" } });
  bench.fake.seed({ email: ada });
  await bench.deliver([eventOf("leaver", ada, { occurredAt: new Date(Date.now() - 60_000).toISOString() })]);
  // In a zone where it is earlier by the clock on the wall.
  const occurredAt = new Date(Date.now() - 8 * 3_600_000).toISOString().replace("Z", "-08:00");
  await bench.deliver([eventOf(kind, ada, { occurredAt })]);
  const cannot = { how: "cannot", detail: "something newer is known about the person" };
  expect((await plan()).find((one) => one.kind === "leaver")).toMatchObject(cannot);
});

it("says of everything else that only its source can send it again", async () => {
  const bench = await workbench({ config: { mode: "observe" } });
  bench.fake.seed({ email: "bo@example.com" });
  await bench.deliver([eventOf("joiner", ada), eventOf("mover", "bo@example.com", { person: { name: "Bob" } })]);
  const planned = await plan();
  expect(planned.map(({ how, outcome }) => `${how} ${outcome}`).toSorted()).toEqual([
    "cannot would_create",
    "cannot would_update",
  ]);
  expect(await replay(await operator(), planned, word, () => {})).toEqual({ done: 0 });
});

it("redrives what was parked in the period", async () => {
  const bench = await workbench();
  bench.fake.seed({ email: ada, status: "inactive" });
  const joiner = eventOf("joiner", ada);
  await bench.deliver([joiner]);
  expect(await plan({ ...ever, to: "2021-01-01T00:00:00Z" })).toEqual([]);
  const planned = await plan();
  expect(planned).toMatchObject([{ how: "redrive", event: joiner.id, detail: "blocked_forever" }]);
  expect(await replay(await operator(), planned, word, () => {})).toEqual({ done: 1 });
  expect(await bench.take("changes")).toMatchObject([{ id: joiner.id, attempt: 1 }]);
  expect((await bench.trail(ada)).at(-1)).toMatchObject({ outcome: "redriven", by: "mel" });
});

it("takes two people for more than a few, who ask for the same events", async () => {
  const bench = await workbench({ config: { guards: { ...testConfig.guards, twoPeopleAbove: 2 } } });
  for (const name of ["ada", "bo", "cy"]) {
    bench.fake.seed({ email: `${name}@example.com`, status: "inactive" });
    await bench.deliver([eventOf("joiner", `${name}@example.com`)]);
  }
  const planned = await plan();
  const proposed = { proposed: true, count: 3 };
  expect(await replay(await operator(), planned, word, () => {})).toEqual(proposed);
  expect(await replay(await operator(), planned, word, () => {})).toEqual(proposed);
  expect(await bench.take("changes")).toEqual([]);
  const di = { by: "di", principal: "arn:di" };
  expect(await replay(await operator(), planned, { ...word, caller: di }, () => {})).toEqual({ done: 3 });
  expect(await bench.take("changes")).toHaveLength(3);
  expect((await bench.trail(ada)).at(-1)).toMatchObject({ outcome: "redriven", by: "di, proposed by mel" });
});
