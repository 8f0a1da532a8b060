import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { startOfDay, withEffectiveAt } from "../../../lib/lifecycle/dates.ts";
import { eventSchema, type Kind } from "../../../lib/lifecycle/event.ts";
import { lifecycleEvent } from "../../support/events.ts";

const email = "ann@example.com";
const dates = { timeZone: "Europe/Berlin", joinDaysBefore: 0 };
const effectiveAt = (kind: Kind, effectiveOn: string, timeZone?: string, config = dates) =>
  withEffectiveAt(lifecycleEvent({ kind, effectiveOn, person: { email, timeZone } }), { dates: config }).effectiveAt;
const hoursBetween = (a: string | undefined, b: string | undefined) =>
  (Date.parse(b ?? "") - Date.parse(a ?? "")) / 3_600_000;

describe("a last day", () => {
  test.each([
    ["2026-06-30", "Australia/Melbourne", "2026-06-30T14:00:00.000Z"],
    ["2026-06-30", "America/Los_Angeles", "2026-07-01T07:00:00.000Z"],
    ["2026-12-31", "Asia/Kolkata", "2026-12-31T18:30:00.000Z"],
    ["2026-12-31", "Pacific/Kiritimati", "2026-12-31T10:00:00.000Z"],
    ["2028-02-28", "UTC", "2028-02-29T00:00:00.000Z"],
    // The configured zone, where nobody said where the person lives.
    ["2026-12-31", undefined, "2026-12-31T23:00:00.000Z"],
  ])("%s ends in %s at %s", (day, timeZone, end) => {
    expect(effectiveAt("leaver", day, timeZone)).toBe(end);
  });

  test.each([
    ["2026-06-30", 17],
    ["2026-12-31", 19],
    ["2026-10-20", 18],
  ])("%s ends %i hours earlier in Melbourne than in San Francisco", (day, hours) => {
    const [melbourne, sanFrancisco] = ["Australia/Melbourne", "America/Los_Angeles"];
    expect(hoursBetween(effectiveAt("leaver", day, melbourne), effectiveAt("leaver", day, sanFrancisco))).toBe(hours);
  });
});

describe("a first day", () => {
  test("begins at its midnight, or days before it", () => {
    expect(effectiveAt("joiner", "2026-03-02")).toBe("2026-03-01T23:00:00.000Z");
    const early = { ...dates, joinDaysBefore: 7 };
    // Days of the calendar: clocks go forward in between.
    expect(effectiveAt("joiner", "2026-04-01", undefined, early)).toBe("2026-03-24T23:00:00.000Z");
    expect(effectiveAt("leaver", "2026-04-01", undefined, early)).toBe("2026-04-01T22:00:00.000Z");
    expect(effectiveAt("reinstate", "2026-04-01", undefined, early)).toBe("2026-03-31T22:00:00.000Z");
  });
});

test("a moment that a source names itself stays, and one is left that the queue can carry", () => {
  const event = lifecycleEvent({ effectiveAt: "2026-03-02T14:00:00+02:00" });
  expect(withEffectiveAt(event, { dates: { ...dates, joinDaysBefore: 3 } })).toBe(event);
  const dated = withEffectiveAt(lifecycleEvent({ kind: "leaver", effectiveOn: "9998-12-31" }), { dates });
  expect(dated).not.toHaveProperty("effectiveOn");
  expect(eventSchema.safeParse(dated).success).toBe(true);
  expect(eventSchema.safeParse(lifecycleEvent({ effectiveOn: "9999-12-31" })).success).toBe(false);
});

describe("where clocks are set", () => {
  test.each([
    ["forward in the morning", "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z", 23],
    ["back in the morning", "Europe/Berlin", "2026-10-25", "2026-10-24T22:00:00.000Z", 25],
    [
      "forward at midnight, so that the day begins at one",
      "Africa/Cairo",
      "2026-04-24",
      "2026-04-23T22:00:00.000Z",
      23,
    ],
    [
      "back at midnight, so that the day before is longer",
      "Africa/Cairo",
      "2026-10-30",
      "2026-10-29T22:00:00.000Z",
      24,
    ],
    ["back to a second midnight", "America/Havana", "2026-11-01", "2026-11-01T04:00:00.000Z", 25],
    ["by half an hour", "Australia/Lord_Howe", "2026-10-04", "2026-10-03T13:30:00.000Z", 23.5],
    ["by a whole day, which there never was", "Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00.000Z", 0],
  ])("%s: %s %s", (_, timeZone, date, begins, hours) => {
    const start = startOfDay({ date, timeZone });
    expect(start.toISOString()).toBe(begins);
    const next = new Date(Date.parse(date) + 86_400_000).toISOString().slice(0, 10);
    expect((startOfDay({ date: next, timeZone }).getTime() - start.getTime()) / 3_600_000).toBe(hours);
  });

  test("a day begins with its own date, and a moment before it is the day before", () => {
    const timeZone = fc.constantFrom(
      ...["Europe/London", "America/Sao_Paulo", "America/Santiago", "Asia/Beirut", "Africa/Cairo", "Asia/Kathmandu"],
      ...["America/St_Johns", "Australia/Lord_Howe", "Pacific/Chatham", "Asia/Tehran", "America/Asuncion", "UTC"],
    );
    const day = fc.date({ min: new Date("2000-01-01"), max: new Date("2039-12-31"), noInvalidDate: true });
    fc.assert(
      fc.property(timeZone, day, (zone, at) => {
        const date = at.toISOString().slice(0, 10);
        const format = new Intl.DateTimeFormat("sv-SE", { timeZone: zone });
        const start = startOfDay({ date, timeZone: zone }).getTime();
        expect(format.format(start)).toBe(date);
        expect(format.format(start - 1) < date).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });
});
