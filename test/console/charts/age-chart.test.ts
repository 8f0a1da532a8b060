import { expect, it } from "vitest";
import { ageChart } from "../../../console/charts/age-chart.ts";

it("loses no peak, however many samples there are", () => {
  const samples = Array.from({ length: 1_400 }, (_, index) => ({
    at: index * 1_000,
    leavers: index === 700 ? 90_000 : 0,
    changes: 0,
  }));
  const chart = String(ageChart(samples));
  expect(chart).toContain("leavers 0 ms now and 1 min 30 s at most, changes 0 ms now and 0 ms at most");
  expect(chart.match(/<g class="line first">.*?<\/g>/s)?.[0]).toContain('y2="8"');
  expect(chart.length).toBeLessThan(50_000);
});

it("says so when nothing was seen yet", () => {
  expect(String(ageChart([]))).toContain("Nothing was seen yet.");
});
