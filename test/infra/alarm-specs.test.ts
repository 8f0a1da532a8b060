import { describe, expect, it } from "vitest";
import { metricNames } from "../../lib/telemetry.ts";
import { resourcesOf, templateOf } from "../support/template.ts";

const alarmsOf = (entra: object | undefined) =>
  new Map(
    [...resourcesOf(templateOf({}, { sources: { entra } }), "AWS::CloudWatch::Alarm")].map(([id, { Properties }]) => [
      id.replace(/^Watch|[0-9A-F]{8}$/g, ""),
      Properties,
    ]),
  );
const api = { tenantId: "t", clientId: "c" };
const alarms = alarmsOf({ api });

describe("alarms on metrics of our own", () => {
  it.each([
    ["Refused", "EventsParked", 1],
    ["Held", "EventsHeld", 1],
    ["LeaversWaiting", "LeaversWaiting", 1],
    ["Unauthorized", "WebhookUnauthorized", 3],
    ["Rejected", "WebhookRejected", 1],
    ["BadElements", "BadElements", 1],
    ["Throttled", "WebhookThrottled", 1],
    ["OldSecret", "OldSecretVersionUsed", 1],
    ["ArizeDenied", "ArizeDenied", 1],
    ["ArizeFailed", "ArizeFailed", 5],
    ["ArizeRateLimited", "ArizeRateLimited", 5],
    ["BreakerOpened", "BreakerOpened", 1],
    ["ListingDistrusted", "ListingDistrusted", 1],
    ["DueUnreadable", "DueUnreadable", 1],
  ])("%s rings when %s is counted %i times", (name, metric, threshold) => {
    expect(Object.values<string>(metricNames)).toContain(metric);
    expect(alarms.get(name)).toMatchObject({
      MetricName: metric,
      Namespace: "ArizeUserLifecycle-Prod",
      Statistic: "Sum",
      Threshold: threshold,
      ComparisonOperator: "GreaterThanOrEqualToThreshold",
    });
  });

  it.each([
    ["Unauthorized", 3600, 1],
    ["OldSecret", 24 * 3600, 2],
    ["LeaversWaiting", 300, 1],
    ["Rejected", 300, 1],
  ])("%s looks at %i s, %i times", (name, period, times) => {
    expect(alarms.get(name)).toMatchObject({ Period: period, EvaluationPeriods: times });
  });

  it.each([
    ["NoDue", "ReconcileDueFinished", 15 * 60],
    ["NoInvitations", "ReconcileInvitationsFinished", 3 * 3600],
    ["NoFull", "ReconcileFullFinished", 30 * 3600],
    ["NoSubscriptions", "ReconcileSubscriptionsFinished", 24 * 3600],
  ])("%s rings when %s stays away for %i s", (name, metric, seconds) => {
    const alarm = Object(alarms.get(name));
    expect(alarm).toMatchObject({ MetricName: metric, Threshold: 1, ComparisonOperator: "LessThanThreshold" });
    expect(alarm.Period * alarm.EvaluationPeriods).toBe(seconds);
  });

  it.each([undefined, {}, { api: { ...api, subscribe: false } }])(
    "say nothing of subscriptions where there are none: entra %j",
    (entra) => {
      expect(alarmsOf(entra).has("NoFull")).toBe(true);
      expect(alarmsOf(entra).has("NoSubscriptions")).toBe(false);
    },
  );
});

describe("alarms on queues", () => {
  it.each([
    ["OldestLeaver", "LeaversQueue", 300],
    ["OldestChange", "ChangesQueue", 1800],
  ])("%s watches the age of %s, at most %i s", (name, queue, threshold) => {
    expect(alarms.get(name)).toMatchObject({
      MetricName: "ApproximateAgeOfOldestMessage",
      Statistic: "Maximum",
      Threshold: threshold,
      Dimensions: [{ Name: "QueueName", Value: { "Fn::GetAtt": [expect.stringContaining(queue), "QueueName"] } }],
    });
  });

  it.each([
    ["LeaverDeadLetters", "LeaversDeadLetters"],
    ["ChangeDeadLetters", "ChangesDeadLetters"],
  ])("%s counts what is hidden for a look too", (name, queue) => {
    const metrics = JSON.stringify(Object(alarms.get(name)).Metrics);
    expect(metrics).toContain("ApproximateNumberOfMessagesVisible");
    expect(metrics).toContain("ApproximateNumberOfMessagesNotVisible");
    expect(metrics.split(queue)).toHaveLength(3);
    expect(alarms.get(name)).toMatchObject({ Threshold: 1 });
  });
});

describe("alarms on functions and the door", () => {
  it.each(["ingest", "provision", "reconcile", "deadLetters"])("%s may neither fail nor be throttled", (name) => {
    expect(alarms.get(`${name}Errors`)).toMatchObject({ Namespace: "AWS/Lambda", MetricName: "Errors" });
    expect(alarms.get(`${name}Throttles`)).toMatchObject({ Namespace: "AWS/Lambda", MetricName: "Throttles" });
  });

  it("answers of 5xx ring, whoever gave them", () => {
    expect(alarms.get("Unavailable")).toMatchObject({ Namespace: "AWS/ApiGateway", MetricName: "5xx", Threshold: 1 });
  });
});
