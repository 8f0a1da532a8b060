import { expect, it } from "vitest";
import { duration, moment, withMoments } from "../../../console/markup/times.ts";

it.each([
  [0, "0 ms"],
  [640.4, "640 ms"],
  [1_000, "1 s"],
  [1_240, "1.2 s"],
  [9_960, "10 s"],
  [59_700, "1 min"],
  [200_000, "3 min 20 s"],
  [300_000, "5 min"],
  [7_500_000, "2 h 5 min"],
  [86_400_000, "1 d"],
  [349_200_000, "4 d 1 h"],
])("says %d ms as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

it("shows today's moments without their day, all with the exact one", () => {
  const now = new Date("2026-11-24T12:00:00Z");
  expect(String(moment("2026-11-24T11:00:00Z", now))).toMatch(
    /^<time datetime="2026-11-24T11:00:00.000Z" title="2026-11-24T11:00:00.000Z">\d\d:\d\d:\d\d<\/time>$/,
  );
  expect(String(moment("2026-11-20T11:00:00Z", now))).toMatch(/>20 Nov, /);
});

it("leaves what is no moment as it is, escaped", () => {
  expect(String(moment("<soon>"))).toBe("&lt;soon&gt;");
});

it("finds the moments in a sentence, and escapes the rest", () => {
  expect(String(withMoments("Out since 2026-11-24T11:00:00.000Z & <gone>."))).toMatch(
    /^Out since <time [^>]*>[^<]*<\/time> &amp; &lt;gone&gt;\.$/,
  );
});
