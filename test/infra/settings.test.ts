import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import { describe, expect, it } from "vitest";
import { readSettings, stackNameOf } from "../../infra/settings.ts";

const read = (context: Record<string, unknown>) => readSettings(new App({ context }).node);

describe("the settings", () => {
  it("are those of production unless the context says otherwise", () => {
    expect(read({})).toEqual({
      stage: "prod",
      explicitQueueNames: false,
      subnetIds: [],
      securityGroupIds: [],
      senderRoleArns: [],
    });
  });

  it("read what -c gives, which is always text", () => {
    const settings = read({
      stage: "dev",
      explicitQueueNames: "true",
      subnetIds: "subnet-1,subnet-2",
      securityGroupIds: "sg-1",
    });
    expect(settings).toMatchObject({ stage: "dev", explicitQueueNames: true, subnetIds: ["subnet-1", "subnet-2"] });
    expect(read({ explicitQueueNames: "false" }).explicitQueueNames).toBe(false);
  });

  it("list every problem at once", () => {
    const wrong = { stage: "Not A Stage", arizeBaseUrl: "http://plain.example.com", explicitQueueNames: "maybe" };
    expect(() => read(wrong)).toThrow(/stage: malformed.*explicitQueueNames.*arizeBaseUrl: malformed/);
  });

  it("name the file with authorities by its whole path", () => {
    const file = fileURLToPath(new URL("../../package.json", import.meta.url));
    expect(read({ arizeCaFile: "package.json" }).arizeCaFile).toBe(file);
    expect(read({ arizeCaFile: file }).arizeCaFile).toBe(file);
  });

  it.each([
    ["ca.pem", "no such file"],
    ["test", "no such file"],
    ['ca.pem" "$(id)', "not a plain path"],
    ["`id`.pem", "not a plain path"],
    ["$HOME/ca.pem", "not a plain path"],
    ["ca.pem\nid", "not a plain path"],
  ])("refuse %j as a file with authorities", (arizeCaFile, problem) => {
    expect(() => read({ arizeCaFile })).toThrow(problem);
  });

  it.each([{ subnetIds: "subnet-1" }, { securityGroupIds: "sg-1" }])("want a network whole: %o", (context) => {
    expect(() => read(context)).toThrow("go together");
  });
});

it("a stack is named for its stage", () => {
  expect(stackNameOf({ stage: "prod" })).toBe("ArizeUserLifecycle-Prod");
});
