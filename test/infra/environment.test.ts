import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../lib/config.ts";
import { resourcesOf, templateOf } from "../support/template.ts";

/** A function's variables as they will be once CloudFormation has filled in what it made. */
function environmentsOf(context: Record<string, string>): Record<string, string>[] {
  const functions = [...resourcesOf(templateOf(context), "AWS::Lambda::Function").values()];
  return functions.map(({ Properties }) => {
    const variables = Object.entries<unknown>(Object(Object(Properties.Environment).Variables));
    return Object.fromEntries(variables.map(([name, value]) => [name, resolve(value)]));
  });
}

function resolve(value: unknown): string {
  if (typeof value === "string") return value;
  const { Ref, "Fn::Join": join } = Object(value);
  if (join !== undefined) return join[1].map(resolve).join(join[0]);
  return `https://aws.example.com/${Ref}`;
}

describe("the environment", () => {
  it("is one that every function accepts", () => {
    for (const variables of environmentsOf({})) {
      expect(readEnvironment(variables)).toMatchObject({
        ARIZE_BASE_URL: "https://api.arize.com",
        LEASE_MS: 90_000,
        METRIC_NAMESPACE: "ArizeUserLifecycle-Prod",
        SOURCE_SECRET_IDS: {
          okta: expect.stringContaining("SecretsSourceOkta"),
          standard: expect.stringContaining("SecretsSourceStandard"),
        },
        LEAVERS_QUEUE_URL: expect.stringContaining("LeaversQueue"),
        CHANGES_QUEUE_URL: expect.stringContaining("ChangesQueue"),
        LEAVERS_DLQ_URL: expect.stringContaining("LeaversDeadLetters"),
        CHANGES_DLQ_URL: expect.stringContaining("ChangesDeadLetters"),
      });
      expect(variables).not.toHaveProperty("LIFECYCLE_CONFIG");
    }
  });

  it("leads to a self-hosted Arize when the context says so", () => {
    const context = {
      stage: "dev",
      arizeBaseUrl: "https://arize.example.com",
      arizeEnumCase: "lower",
      arizeCaFile: "package.json",
    };
    for (const variables of environmentsOf(context)) {
      expect(readEnvironment(variables)).toMatchObject({
        ARIZE_BASE_URL: "https://arize.example.com",
        ARIZE_ENUM_CASE: "lower",
        ARIZE_CA_FILE: "/var/task/arize-ca.pem",
        METRIC_NAMESPACE: "ArizeUserLifecycle-Dev",
      });
    }
  });
});
