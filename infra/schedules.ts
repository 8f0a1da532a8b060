import { Duration } from "aws-cdk-lib";
import { Rule, RuleTargetInput, Schedule } from "aws-cdk-lib/aws-events";
import { LambdaFunction } from "aws-cdk-lib/aws-events-targets";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { Construct } from "constructs";

/** At night in Europe and America, so that what it finds waits for an operator in the morning. */
const daily = Schedule.cron({ minute: "17", hour: "4" });

/**
 * When the reconcile modes and the look at the dead-letter queues run. Times are UTC.
 * @param subscribes whether there is a source whose notifications end unless they are renewed
 */
export function addSchedules(
  scope: Construct,
  functions: { reconcile: IFunction; deadLetters: IFunction },
  { subscribes }: { subscribes: boolean },
): void {
  const construct = new Construct(scope, "Schedules");
  const { reconcile, deadLetters } = functions;
  const minutely = Schedule.rate(Duration.minutes(1));
  addRule(construct, "Due", minutely, reconcile, { mode: "due" });
  addRule(construct, "Invitations", Schedule.rate(Duration.hours(1)), reconcile, { mode: "invitations" });
  addRule(construct, "Full", daily, reconcile, { mode: "full" });
  // A subscription lasts for four weeks; that no run ends well rings after one day.
  const halfDaily = Schedule.rate(Duration.hours(12));
  if (subscribes) addRule(construct, "Subscriptions", halfDaily, reconcile, { mode: "subscriptions" });
  addRule(construct, "DeadLetters", minutely, deadLetters, {});
  // Minutely runs that pile up behind an outage are worth nothing; one more attempt is, for the daily one.
  for (const lambda of [reconcile, deadLetters]) {
    lambda.configureAsyncInvoke({ maxEventAge: Duration.minutes(5), retryAttempts: 1 });
  }
}

function addRule(scope: Construct, id: string, schedule: Schedule, lambda: IFunction, input: object): void {
  new Rule(scope, id, {
    schedule,
    targets: [new LambdaFunction(lambda, { event: RuleTargetInput.fromObject(input) })],
  });
}
