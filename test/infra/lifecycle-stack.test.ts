import { describe, expect, it } from "vitest";
import { templateOf } from "../support/template.ts";

describe("the stack", () => {
  it("tells where things are", () => {
    const { Outputs } = templateOf().toJSON();
    expect(Object.keys(Outputs).sort()).toEqual([
      "AlarmTopicArn",
      "ArizeBaseUrl",
      "ArizeEnumCase",
      "ArizeSecretArn",
      "ChangesDeadLettersUrl",
      "ChangesQueueUrl",
      "DeployedMode",
      "IdentitySecretArn",
      "IngestUrl",
      "LeaversDeadLettersUrl",
      "LeaversQueueUrl",
      "LedgerTableName",
      "MetricNamespace",
      "ReconcileFunctionName",
      "SignEvidenceFunctionName",
      "SourceApiSecretIds",
      "SourceSecretIds",
    ]);
  });

  it("exists once a stage, and stages share no name", () => {
    const names = (stage: string) =>
      JSON.stringify(templateOf({ stage })).match(
        /"(?:TableName|QueueName|FunctionName|RoleName|TopicName|Name)":"[^"]+"/g,
      );
    expect(names("dev")).toEqual(names("prod"));
    expect(JSON.stringify(templateOf({ stage: "dev" }))).not.toContain("ArizeUserLifecycle-Prod");
  });

  it("is what was reviewed last", () => {
    // What is built from the code has a hash in its name that changes with each line of it.
    const text = JSON.stringify(templateOf(), undefined, 2).replace(/\b[0-9a-f]{64}\b/g, "[hash]");
    expect(JSON.parse(text)).toMatchSnapshot();
  });
});
