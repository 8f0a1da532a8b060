import { expect, test } from "vitest";
import { timeZoneSchema } from "../../../lib/lifecycle/time-zone.ts";

test.each([
  ["Australia/Melbourne", true],
  ["UTC", true],
  ["America/Argentina/Buenos_Aires", true],
  ["+02:00", false],
  ["Mars/Olympus", false],
  ["", false],
  [`Europe/${"x".repeat(60)}`, false],
])("%s is a time zone: %s", (text, isOne) => {
  expect(timeZoneSchema.safeParse(text).success).toBe(isOne);
});
