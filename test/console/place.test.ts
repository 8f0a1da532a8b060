import { expect, it } from "vitest";
import { placeOf } from "../../console/place.ts";
import { operator } from "../support/operator.ts";
import { workbench } from "../support/workbench.ts";

it("tells account, region and stage by the stack's own outputs, whatever the credentials are for", async () => {
  await workbench();
  const target = await operator({
    ArizeSecretArn: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:arize-AbCdEf",
    MetricNamespace: "ArizeUserLifecycle-Staging",
    DeployedMode: "observe",
  });
  expect(await placeOf(target)).toEqual({
    isLocal: false,
    name: "ArizeUserLifecycle-Staging",
    account: "123456789012",
    region: "eu-west-1",
    stage: "staging",
    mode: "observe",
    isOtherMode: true,
  });
});

it("goes by the queue's address and the environment where a secret has no ARN", async () => {
  await workbench();
  const place = await placeOf(await operator());
  expect(place).toMatchObject({ isLocal: false, account: "000000000000", region: "us-east-1", name: "what was given" });
  expect(place).not.toHaveProperty("stage");
});

it("says local of a laptop", async () => {
  await workbench();
  const place = await placeOf({ ...(await operator()), isOnAws: false, where: "the stack at port 4600" });
  expect(place).toEqual({ isLocal: true, name: "the stack at port 4600", mode: "act", isOtherMode: false });
});
