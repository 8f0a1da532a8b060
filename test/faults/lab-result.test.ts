import { describe, expect, it } from "vitest";
import { nonZeros } from "../../faults/lab-result.ts";

const zeros = {
  lost: 0,
  wronglyDeleted: 0,
  overBudget: 0,
  leftBehind: 0,
  missing: 0,
  outOfDate: 0,
  stuck: 0,
  mailedTooOften: 0,
  told: 0,
};
const printed = (result: object) => `seed 1: 4000 events\n${JSON.stringify({ seed: 1, ...result })}\n`;

describe("what the lab printed", () => {
  it("tells which zeros are none", () => {
    expect(nonZeros(printed(zeros))).toBe("");
    expect(nonZeros(printed({ ...zeros, lost: 2, stuck: 1 }))).toBe("lost 2, stuck 1");
  });

  it.each(["", "error: option '--events <count>' is wrong", "starting\n"])("is no result: %j", (stdout) => {
    expect(nonZeros(stdout)).toBeUndefined();
  });

  it("of another shape is an error of ours", () => {
    expect(() => nonZeros(printed({ ...zeros, lost: undefined }))).toThrow();
  });
});
