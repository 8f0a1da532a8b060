import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { listDue, readScheduled, schedule, unschedule } from "../../../lib/ledger/due.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table } = await openTestLedger();

describe("what is due", () => {
  const planned = (ms: number) => lifecycleEvent({ kind: "leaver", effectiveAt: at(ms) });
  const dueAt = async (ms: number, ids: string[]) =>
    (await listDue(table, noon + ms)).events.map(({ id }) => id).filter((id) => ids.includes(id));

  test("comes when its time has come, earliest first", async () => {
    const events = [planned(90_000), planned(0), planned(30_000)];
    const ids = events.map(({ id }) => id);
    for (const event of events) await schedule(table, event, somebody());
    expect(await dueAt(-1, ids)).toEqual([]);
    expect(await dueAt(0, ids)).toEqual([ids[1]]);
    expect(await dueAt(29_999, ids)).toEqual([ids[1]]);
    expect(await dueAt(30_000, ids)).toEqual([ids[1], ids[2]]);
    expect(await dueAt(1_000_000, ids)).toEqual([ids[1], ids[2], ids[0]]);
  });

  test("is listed with all that is to come", async () => {
    const [later, sooner] = [planned(9_000_000), planned(8_000_000)];
    const person = somebody();
    for (const event of [later, sooner]) await schedule(table, event, person);
    const own = (await readScheduled(table)).items.filter((one) => one.person === person);
    expect(own).toEqual([
      { event: sooner, person },
      { event: later, person },
    ]);
  });

  test("comes whole, and no more once it is taken off the list", async () => {
    const event = planned(0);
    await schedule(table, event, somebody());
    await schedule(table, event, somebody());
    const { events } = await listDue(table, noon);
    expect(events.filter(({ id }) => id === event.id)).toEqual([event]);
    await unschedule(table, event);
    expect(await dueAt(0, [event.id])).toEqual([]);
  });

  test("stays when it was put there anew meanwhile", async () => {
    const event = planned(0);
    await schedule(table, { ...event, attempt: 1 }, somebody());
    await unschedule(table, event);
    expect(await dueAt(0, [event.id])).toEqual([event.id]);
    await unschedule(table, { ...event, attempt: 1 });
    expect(await dueAt(0, [event.id])).toEqual([]);
    await expect(unschedule(table, event)).resolves.toBeUndefined();
  });

  test("comes although something beside it cannot be read, which is counted and left where it is", async () => {
    const event = planned(0);
    await schedule(table, event, somebody());
    const { unreadable } = await listDue(table, noon);
    const Item = { pk: "DUE", sk: `${at(0)}#standard:unreadable`, event: { ...event, kind: "promoted" } };
    await table.run((document) => document.send(new PutCommand({ TableName: table.name, Item })));
    expect(await dueAt(0, [event.id])).toEqual([event.id]);
    expect((await listDue(table, noon)).unreadable).toBe(unreadable + 1);
    expect((await listDue(table, noon)).unreadable).toBe(unreadable + 1);
  });

  test("goes by the moment, whatever the zone", async () => {
    const event = lifecycleEvent({ kind: "leaver", effectiveAt: "2026-03-02T23:30:00+11:30" });
    await schedule(table, event, somebody());
    expect(await dueAt(-1, [event.id])).toEqual([]);
    expect(await dueAt(0, [event.id])).toEqual([event.id]);
  });
});
