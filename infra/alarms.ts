import { Stack } from "aws-cdk-lib";
import { Alarm, ComparisonOperator, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { AlarmSpec } from "./alarm-spec.ts";
import { alarmSpecs } from "./alarm-specs.ts";
import type { Watched } from "./signals.ts";

/** Where alarms go. The messages carry names and numbers of ours, no personal data. */
export function addAlarmTopic(scope: Construct, email: string | undefined): Topic {
  const topic = new Topic(scope, "Alarms", { displayName: "Arize user lifecycle", enforceSSL: true });
  // A policy of one's own replaces the default one, which let alarms through.
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AlarmsOfThisAccount",
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  if (email !== undefined) topic.addSubscription(new EmailSubscription(email));
  return topic;
}

/** Every alarm, each with what it means for people and where RUNBOOK.md goes on. */
export function addAlarms(scope: Construct, watched: Watched, topic: Topic): void {
  const construct = new Construct(scope, "Watch");
  for (const spec of alarmSpecs(watched)) addAlarm(construct, spec, topic);
}

function addAlarm(scope: Construct, spec: AlarmSpec, topic: Topic): void {
  const { impact, runbook, metric, evaluationPeriods = 1 } = spec;
  const alarm = new Alarm(scope, spec.id, {
    alarmDescription: `${impact} RUNBOOK: ${runbook}`,
    metric,
    evaluationPeriods,
    ...("atLeast" in spec
      ? { threshold: spec.atLeast, comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD }
      : { threshold: spec.below, comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD }),
    // Counts of what goes wrong are missing while nothing does; those of what must run are missing when it does not.
    treatMissingData: "atLeast" in spec ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
  });
  alarm.addAlarmAction(new SnsAction(topic));
}
