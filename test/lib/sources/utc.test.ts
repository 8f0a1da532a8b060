import { describe, expect, it } from "vitest";
import { looseUtcSchema, utcSchema } from "../../../lib/sources/utc.ts";

describe("utcSchema", () => {
  it.each([
    ["2026-10-05T08:30:00Z", "2026-10-05T08:30:00.000Z"],
    ["2026-10-05T10:30:00.123456+02:00", "2026-10-05T08:30:00.123Z"],
    ["2026-12-31T23:30:00-01:00", "2027-01-01T00:30:00.000Z"],
  ])("turns %s into %s", (from, to) => {
    expect(utcSchema.parse(from)).toBe(to);
  });

  it.each([
    "2026-10-05",
    "2026-10-05T08:30:00",
    "2026-02-30T00:00:00Z",
    "yesterday",
    "",
    "0000-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
  ])("refuses %j", (text) => {
    expect(utcSchema.safeParse(text).success).toBe(false);
  });
});

describe("looseUtcSchema", () => {
  it.each([
    ["2026-10-05T08:30:00+0000", "2026-10-05T08:30:00.000Z"],
    ["2026-10-05T10:30:00.123456+0200", "2026-10-05T08:30:00.123Z"],
    ["2026-10-05T08:30:00.123456", "2026-10-05T08:30:00.123Z"],
    ["2026-10-05T08:30:00Z", "2026-10-05T08:30:00.000Z"],
    ["2026-10-05T10:30:00+02:00", "2026-10-05T08:30:00.000Z"],
  ])("turns %s into %s", (from, to) => {
    expect(looseUtcSchema.parse(from)).toBe(to);
  });

  it.each(["2026-10-05", "08:30:00", "1791189000", "2026-10-05T08:30:00+000", "", 1_791_189_000])(
    "refuses %j",
    (text) => {
      expect(looseUtcSchema.safeParse(text).success).toBe(false);
    },
  );
});
