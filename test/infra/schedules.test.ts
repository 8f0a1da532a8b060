import { describe, expect, it } from "vitest";
import { resourcesOf, templateOf } from "../support/template.ts";

const template = templateOf();

describe("the schedules", () => {
  it("run each reconcile mode, and the look at the dead-letter queues", () => {
    const rules = [...resourcesOf(template, "AWS::Events::Rule").values()].map(({ Properties }) => {
      const [target] = Object(Properties.Targets);
      const lambda = String(target.Arn["Fn::GetAtt"][0]).replace(/Function[0-9A-F]+$/, "");
      return [Properties.ScheduleExpression, lambda, JSON.parse(target.Input)];
    });
    expect(rules).toEqual(
      expect.arrayContaining([
        ["rate(1 minute)", "Reconcile", { mode: "due" }],
        ["rate(1 hour)", "Reconcile", { mode: "invitations" }],
        ["cron(17 4 * * ? *)", "Reconcile", { mode: "full" }],
        ["rate(1 minute)", "DeadLetters", {}],
      ]),
    );
    expect(rules).toHaveLength(4);
  });

  it("renew subscriptions where there is a source that wants it", () => {
    const api = { tenantId: "t", clientId: "c" };
    const inputs = (entra: object) =>
      [...resourcesOf(templateOf({}, { sources: { entra } }), "AWS::Events::Rule").values()].map(
        ({ Properties }) => Object(Object(Properties.Targets)[0]).Input,
      );
    expect(inputs({ api })).toContain('{"mode":"subscriptions"}');
    expect(inputs({ api: { ...api, subscribe: false } })).toHaveLength(4);
  });

  it("do not pile up behind an outage", () => {
    const invokes = [...resourcesOf(template, "AWS::Lambda::EventInvokeConfig").values()];
    expect(invokes).toHaveLength(2);
    for (const { Properties } of invokes) {
      expect(Properties).toMatchObject({ MaximumEventAgeInSeconds: 300, MaximumRetryAttempts: 1 });
    }
  });
});
