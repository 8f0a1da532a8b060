import { describe, expect, it } from "vitest";
import { readScheduled } from "../../lib/ledger/due.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { ada, day, ends, held, made, open, plan, status, whenDue, word, workAll } from "../support/plans.ts";

/** First and last days that something newer contradicts: in whatever order things are tried, nobody is deleted for good. */

describe("a planned last day", () => {
  it("waits for a return that came before it and is not through, and is off once that is", async () => {
    const bench = await open(true);
    const last = plan("leaver", 60);
    await bench.deliver([last]);
    const paused = await bench.restart({ mode: "paused" });
    const back = made("reinstate", 30);
    expect(await paused.deliver([back])).toEqual([back.id]);
    const acting = await bench.restart();
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    expect(await acting.deliver([back], { receives: 2 })).toEqual([]);
    expect(await held(bench)).toEqual([]);
    expect(await ends(bench, last)).toEqual(["scheduled", "held", "overtaken"]);
    expect(status(bench)).toBe("active");
  });

  it("waits for a return that an operator has to look at, and goes on when that is given up", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const back = made("reinstate", 30, { person: { email: ada, role: { type: "custom", id: "another" } } });
    await bench.deliver([back]);
    await whenDue(bench);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await dismiss(bench, "PARKED", back.id, word);
    const next = plan("leaver", 50);
    await bench.deliver([next]);
    await whenDue(bench);
    expect(status(bench)).toBe("inactive");
    expect(await ends(bench, next)).toEqual(["scheduled", "removed"]);
  });

  it("that a newer one replaces ends as overtaken", async () => {
    const bench = await open(true);
    const [before, after] = [plan("leaver", 60, 3_600_000), plan("leaver", 50)];
    await bench.deliver([before, after]);
    expect(await ends(bench, before)).toEqual(["scheduled", "overtaken"]);
    expect((await readScheduled(bench.table)).items.map(({ event }) => event.id)).toEqual([after.id]);
    await whenDue(bench);
    expect(status(bench)).toBe("inactive");
  });

  it("shows a return that came when they were deleted already", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    await whenDue(bench);
    expect(status(bench)).toBe("inactive");
    await bench.deliver([made("reinstate", 30)]);
    expect(await held(bench)).toEqual(["reinstate contradicted"]);
    // A joiner says nothing about a last day: that it comes late is no news.
    await bench.deliver([made("joiner", 20)]);
    expect(await held(bench)).toEqual(["reinstate contradicted"]);
  });

  it("is not called off by a leaver that was merely observed, but by a return", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const observing = await bench.restart({ mode: "observe" });
    await observing.deliver([made("leaver", 40)]);
    const acting = await bench.restart();
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("inactive");

    const other = await open(true);
    const last = plan("leaver", 60);
    await other.deliver([last]);
    await (await other.restart({ mode: "observe" })).deliver([made("reinstate", 40)]);
    await whenDue(other, 1, await other.restart());
    expect(await ends(other, last)).toEqual(["scheduled", "overtaken"]);
    expect(status(other)).toBe("active");
  });
});

describe("a planned first day", () => {
  it("waits for a leaver that came before it and is not through, and is off once that is", async () => {
    const bench = await open(false);
    const first = plan("joiner", 60);
    await bench.deliver([first]);
    const leaver = made("leaver", 30);
    const paused = await bench.restart({ mode: "paused" });
    expect(await paused.deliver([leaver])).toEqual([leaver.id]);
    const acting = await bench.restart();
    await whenDue(bench, 1, acting);
    expect(await held(bench)).toEqual(["joiner contradicted"]);
    expect(bench.fake.users()).toHaveLength(1);
    await acting.deliver([leaver], { receives: 2 });
    expect(await held(bench)).toEqual([]);
    expect(await ends(bench, first)).toEqual(["scheduled", "held", "overtaken"]);
  });

  it("does not hide a leaver that came when they were invited already", async () => {
    const bench = await open(false);
    await bench.deliver([plan("joiner", 60)]);
    await whenDue(bench);
    expect(status(bench)).toBe("invited");
    const leaver = made("leaver", 30);
    await bench.deliver([leaver]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench);
    expect(status(bench)).toBe("inactive");
    expect(await ends(bench, leaver)).toEqual(["held", "released", "removed"]);
  });

  it.each([
    ["made before the last one", 60, 30, 2_000],
    ["made after it", 30, 60, 2_000],
    ["on the very moment", 60, 30, 0],
  ])("behind a last one holds the deletion: %s", async (_, joinerMade, leaverMade, later) => {
    const bench = await open(true);
    const at = Date.now() + day;
    const first = made("joiner", joinerMade, { effectiveAt: new Date(at + later).toISOString() });
    const last = made("leaver", leaverMade, { effectiveAt: new Date(at).toISOString() });
    await bench.deliver([first]);
    await bench.deliver([last]);
    await whenDue(bench, later === 0 ? 2 : 1);
    expect(await held(bench)).toContain("leaver planned_return");
    expect(status(bench)).toBe("active");
    if (later > 0) expect((await readScheduled(bench.table)).items.map(({ event }) => event.id)).toEqual([first.id]);
  });

  it("holds the deletion also when it comes some days before the contract begins", async () => {
    const bench = await open(true, { dates: { joinDaysBefore: 3 } });
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    await bench.deliver([plan("leaver", 60)]);
    await bench.deliver([made("joiner", 30, { effectiveOn: tomorrow })]);
    await whenDue(bench);
    expect(await held(bench)).toEqual(["leaver planned_return"]);
    expect(status(bench)).toBe("active");
  });

  it("holds a leaver from before it was planned, and is off when that is released", async () => {
    const bench = await open(true);
    const first = plan("joiner", 30, 3_600_000);
    await bench.deliver([first]);
    const leaver = made("leaver", 60);
    await bench.deliver([leaver]);
    expect(await held(bench)).toEqual(["leaver planned_return"]);
    expect(status(bench)).toBe("active");
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench);
    expect(status(bench)).toBe("inactive");
  });

  it("is off, and says so, when somebody leaves before it", async () => {
    const bench = await open(false);
    const first = plan("joiner", 60, 3_600_000);
    await bench.deliver([first]);
    await bench.deliver([made("leaver", 30)]);
    expect((await readScheduled(bench.table)).items).toEqual([]);
    expect(await ends(bench, first)).toEqual(["scheduled", "overtaken"]);
  });
});
