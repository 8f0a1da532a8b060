import { describe, expect, it } from "vitest";
import { listDue } from "../../lib/ledger/due.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { standardRequest } from "../../local/signed-requests.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const secret = localSecrets[secretIds.standard];
const dayFrom = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const minutes = (count: number) => new Date(Date.now() + count * 60_000).toISOString();
const farAhead = Date.now() + 400 * 86_400_000;
const due = async (bench: Workbench) =>
  (await listDue(bench.table, farAhead)).events.map(({ kind, effectiveAt }) => [kind, effectiveAt?.slice(0, 10)]);
const outcomes = async (bench: Workbench) => (await bench.trail(ada)).map(({ outcome }) => outcome);

describe("a last day", () => {
  it("comes through the door as a day, and waits for its end where the person lives", async () => {
    const bench = await workbench();
    for (const [email, timeZone] of [
      ["mel@example.com", "Australia/Melbourne"],
      ["sf@example.com", "America/Los_Angeles"],
    ] as const) {
      bench.fake.seed({ email });
      const data = { email, effectiveAt: "2099-06-30", timeZone };
      expect(await bench.ingest(standardRequest({ type: "person.left", data, secret }))).toMatchObject({
        statusCode: 202,
      });
    }
    await bench.deliver(await bench.take("leavers"));
    const { events } = await listDue(bench.table, Date.parse("2099-12-31"));
    expect(events.map(({ person, effectiveAt }) => [person.email, effectiveAt])).toEqual([
      ["mel@example.com", "2099-06-30T14:00:00.000Z"],
      ["sf@example.com", "2099-07-01T07:00:00.000Z"],
    ]);
  });

  it("that is over already takes effect at once", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { effectiveOn: dayFrom(-3) })]);
    expect(await outcomes(bench)).toEqual(["removed"]);
  });

  it("is replaced when it is moved, twice, in whatever order that is heard of", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { occurredAt: minutes(-9), effectiveOn: dayFrom(10) })]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: minutes(-5), effectiveOn: dayFrom(30) })]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: minutes(-7), effectiveOn: dayFrom(20) })]);
    expect(await due(bench)).toEqual([["leaver", dayFrom(31)]]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: minutes(-3), effectiveOn: dayFrom(5) })]);
    expect(await due(bench)).toEqual([["leaver", dayFrom(6)]]);
    expect(await outcomes(bench)).toEqual(expect.arrayContaining(["scheduled", "overtaken"]));
  });

  it("is gone from the list when it is cancelled, or overtaken by leaving at once", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const planned = (at: number) => eventOf("leaver", ada, { occurredAt: minutes(at), effectiveOn: dayFrom(10) });
    await bench.deliver([planned(-9)]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: minutes(-8) })]);
    expect(await due(bench)).toHaveLength(1);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: minutes(-7) })]);
    expect(await due(bench)).toEqual([]);
    await bench.deliver([planned(-6)]);
    // What was sent before the plan says nothing about it.
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: minutes(-7) })]);
    expect(await due(bench)).toHaveLength(1);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: minutes(-5) })]);
    expect(await due(bench)).toEqual([]);
    expect(await outcomes(bench)).toEqual(expect.arrayContaining(["removed"]));
  });
});

it("invites people so many days before their first", async () => {
  const bench = await workbench({ config: { dates: { joinDaysBefore: 7 } } });
  await bench.deliver([eventOf("joiner", ada, { effectiveOn: dayFrom(6) })]);
  await bench.deliver([eventOf("joiner", "bo@example.com", { effectiveOn: dayFrom(9) })]);
  expect(await outcomes(bench)).toEqual(["invited"]);
  expect(await due(bench)).toEqual([["joiner", dayFrom(2)]]);
});
