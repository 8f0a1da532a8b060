import { describe, expect, it } from "vitest";
import { propertiesOf, resourcesOf, templateOf } from "../support/template.ts";

const template = templateOf();
const functions = [...resourcesOf(template, "AWS::Lambda::Function")];

describe("a function", () => {
  it.each([
    ["Ingest", 10, 1024],
    ["Provision", 60, 768],
    ["Reconcile", 900, 512],
    ["DeadLetters", 50, 512],
    ["SignEvidence", 900, 1024],
  ])("%s has a timeout of %i s and %i MB", (name, timeout, memory) => {
    expect(functions).toHaveLength(5);
    expect(propertiesOf(template, "AWS::Lambda::Function", `${name}Function`)).toMatchObject({
      Timeout: timeout,
      MemorySize: memory,
      Runtime: "nodejs24.x",
      Architectures: ["arm64"],
      LoggingConfig: { LogGroup: { Ref: expect.stringContaining(`${name}Logs`) } },
    });
  });

  it("has no name of its own, so that a changed one can be replaced", () => {
    for (const [, { Properties }] of functions) expect(Properties).not.toHaveProperty("FunctionName");
  });

  it("logs into a group that forgets", () => {
    const groups = [...resourcesOf(template, "AWS::Logs::LogGroup").values()];
    expect(groups.map(({ Properties }) => Properties.RetentionInDays)).toEqual(groups.map(() => 90));
  });

  it("runs inside a network when one is given", () => {
    const inside = templateOf({
      subnetIds: "subnet-0123456789abcdef0,subnet-0123456789abcdef1",
      securityGroupIds: "sg-0123456789abcdef0",
    });
    for (const { Properties } of resourcesOf(inside, "AWS::Lambda::Function").values()) {
      expect(Properties.VpcConfig).toEqual({
        SubnetIds: ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
        SecurityGroupIds: ["sg-0123456789abcdef0"],
      });
    }
    for (const [, { Properties }] of functions) expect(Properties).not.toHaveProperty("VpcConfig");
  });
});
