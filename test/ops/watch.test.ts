import { expect, it, onTestFinished } from "vitest";
import { readWatched } from "../../ops/watch.ts";
import { serve } from "../support/fake-arize.ts";
import { operator } from "../support/operator.ts";
import { workbench } from "../support/workbench.ts";

it("asks CloudWatch where the stack has metrics there", async () => {
  await workbench();
  const json = JSON.stringify({
    MetricDataResults: [
      { Id: "leavers", Values: [42, 7], Timestamps: [], StatusCode: "Complete" },
      { Id: "breaker", Values: [1, 2], Timestamps: [], StatusCode: "Complete" },
    ],
  });
  const url = await serve((_request, response) =>
    response.setHeader("content-type", "application/x-amz-json-1.0").end(json),
  );
  process.env.AWS_ENDPOINT_URL_CLOUDWATCH = url;
  onTestFinished(() => {
    delete process.env.AWS_ENDPOINT_URL_CLOUDWATCH;
  });
  expect(await readWatched(await operator({ MetricNamespace: "Test" }))).toEqual({
    oldestLeaverSeconds: 42,
    oldestChangeSeconds: undefined,
    breakerOpened: 3,
  });
});

it("asks nothing where there are none", async () => {
  await workbench();
  expect(await readWatched(await operator())).toBeUndefined();
});

it("says why there was no answer, and hides nothing else for that", async () => {
  await workbench();
  process.env.AWS_ENDPOINT_URL_CLOUDWATCH = await serve((_request, response) => response.writeHead(500).end());
  onTestFinished(() => {
    delete process.env.AWS_ENDPOINT_URL_CLOUDWATCH;
  });
  expect(await readWatched(await operator({ MetricNamespace: "Test" }))).toMatchObject({
    breakerOpened: undefined,
    problem: expect.any(String),
  });
});
