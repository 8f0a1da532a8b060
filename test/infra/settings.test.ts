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

  it.each([{ subnetIds: "subnet-1" }, { securityGroupIds: "sg-1" }])("want a network whole: %o", (context) => {
    expect(() => read(context)).toThrow("go together");
  });
});

it("a stack is named for its stage", () => {
  expect(stackNameOf({ stage: "prod" })).toBe("ArizeUserLifecycle-Prod");
});
