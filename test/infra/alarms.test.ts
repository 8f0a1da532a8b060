import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { resourcesOf, templateOf } from "../support/template.ts";

const entra = { api: { tenantId: "t", clientId: "c" } };
const template = templateOf({ alarmEmail: "oncall@example.com" }, { sources: { entra } });
const alarms = [...resourcesOf(template, "AWS::CloudWatch::Alarm")].map(([id, { Properties }]) => ({
  name: id.replace(/^Watch|[0-9A-F]{8}$/g, ""),
  description: String(Properties.AlarmDescription),
  properties: Properties,
}));
const runbook = readFileSync(new URL("../../RUNBOOK.md", import.meta.url), "utf8");

describe("every alarm", () => {
  it.each(alarms)("$name says what it means and where RUNBOOK.md goes on", ({ description }) => {
    const [, impact, heading] = /^(.+\.) RUNBOOK: (.+)$/.exec(description) ?? [];
    expect(impact?.length).toBeGreaterThan(20);
    expect(runbook.split("\n")).toContain(`## ${heading}`);
  });

  it.each(alarms)("$name reaches the topic", ({ properties }) => {
    expect(properties.AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Alarms/) }]);
  });

  it.each(alarms)("$name decides what missing data means", ({ name, properties }) => {
    expect(properties.TreatMissingData).toBe(name.startsWith("No") ? "breaching" : "notBreaching");
  });
});

describe("the topic", () => {
  it("lets the alarms of this account through, and nobody without TLS", () => {
    template.hasResourceProperties("AWS::SNS::TopicPolicy", {
      PolicyDocument: {
        Statement: [
          { Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } },
          {
            Effect: "Allow",
            Action: "sns:Publish",
            Principal: { Service: "cloudwatch.amazonaws.com" },
            Condition: { StringEquals: { "aws:SourceAccount": { Ref: "AWS::AccountId" } } },
          },
        ],
      },
    });
  });

  it("mails to an address only if there is one", () => {
    template.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "oncall@example.com" });
    templateOf().resourceCountIs("AWS::SNS::Subscription", 0);
  });
});
