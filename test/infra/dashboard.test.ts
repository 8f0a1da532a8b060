import { expect, it } from "vitest";
import { resourcesOf, templateOf } from "../support/template.ts";

it("the dashboard's first row is the time to removed, p50 and p99", () => {
  const [dashboard] = resourcesOf(templateOf(), "AWS::CloudWatch::Dashboard").values();
  const parts: unknown[] = Object(dashboard?.Properties.DashboardBody)["Fn::Join"][1];
  const body = JSON.parse(parts.map((part) => (typeof part === "string" ? part : "REF")).join(""));
  const row = body.widgets.filter((widget: { y: number }) => widget.y === 0);
  expect(row).toHaveLength(2);
  for (const { properties } of row) {
    expect(properties.metrics.map((metric: unknown[]) => metric.slice(0, 2))).toEqual([
      ["ArizeUserLifecycle-Prod", "TimeToRemoved"],
      ["ArizeUserLifecycle-Prod", "TimeToRemoved"],
    ]);
    expect(properties.metrics.map((metric: object[]) => metric.at(-1))).toMatchObject([
      { stat: "p50" },
      { stat: "p99" },
    ]);
  }
});
