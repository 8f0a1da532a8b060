import { describe, expect, it } from "vitest";
import { table, withResults } from "../../bench/report.ts";
import { atMost } from "../../bench/row.ts";

describe("a row", () => {
  it("is its rounds' median, with the tenth and the ninetieth percentile", () => {
    const samples = [9, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11];
    expect(atMost(6, "ms", "1 something", samples)).toEqual({
      name: "1 something",
      goal: "<= 6 ms",
      value: 6,
      spread: [2, 10],
      verdict: "met",
    });
    expect(atMost(5.9, "ms", "1 something", samples).verdict).toBe("missed");
  });

  it("has no spread when it was counted once", () => {
    expect(atMost(3, "calls", "10 calls", [3])).toMatchObject({ value: 3, spread: null, verdict: "met" });
  });

  it("is missed when nothing was measured", () => {
    expect(atMost(3, "calls", "10 calls", []).verdict).toBe("missed");
  });

  it("stands in the table by its goal's number", () => {
    const lines = table([atMost(1, "x", "10 last", [1]), atMost(1, "x", "2 first", [2])]).split("\n");
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ["what", "goal", "figure", "spread", "verdict"],
      ["2 first", "<= 1 x", "2", "missed"],
      ["10 last", "<= 1 x", "1", "met"],
    ]);
  });
});

describe("the README", () => {
  it("has the newest results in the place of those before, and is otherwise left alone", () => {
    const results = (value: number) => ({
      node: "24.0.0",
      date: "2026-11-24",
      rows: [atMost(1, "x", "1 one", [value])],
    });
    const first = withResults("# Bench\n\n<!-- What follows is written by `npm run bench`. -->\nold", results(1));
    expect(first).toContain("# Bench\n");
    expect(first).toContain("| 1 one | <= 1 x | 1 |  | met |");
    expect(first).not.toContain("old");
    expect(withResults(first, results(2))).toBe(first.replace("| 1 |  | met |", "| 2 |  | missed |"));
  });
});
