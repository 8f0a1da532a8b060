import { Duration } from "aws-cdk-lib";
import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";
import { metricNames } from "../lib/telemetry.ts";
import type { AlarmSpec } from "./alarm-spec.ts";
import { counted, type Watched } from "./signals.ts";

const minutes = (count: number) => Duration.minutes(count);

/** What must happen regularly and does not. */
export function reconcileAlarms(watched: Watched): AlarmSpec[] {
  const runbook = "Reconcile did not run";
  const missing = (id: string, impact: string, metric: IMetric, evaluationPeriods: number): AlarmSpec => {
    return { id, impact, runbook, metric, evaluationPeriods, below: 1 };
  };
  const { reconciledDue, reconciledInvitations, reconciledFull, reconciledSubscriptions } = metricNames;
  return [
    missing("NoDue", "Events with a date to come do not start.", counted(watched, reconciledDue, minutes(5)), 3),
    missing(
      "NoInvitations",
      "Expired invitations stay expired.",
      counted(watched, reconciledInvitations, Duration.hours(1)),
      3,
    ),
    // Thirty hours: the run is daily, and may take a while.
    missing(
      "NoFull",
      "Nobody looks for people whose removal was missed, and the deletion budget counts with old numbers.",
      counted(watched, reconciledFull, Duration.hours(6)),
      5,
    ),
    // One of the half-daily runs may fail: a subscription lasts for four weeks.
    ...(watched.secrets.told.length === 0
      ? []
      : [
          {
            ...missing(
              "NoSubscriptions",
              "Nobody renews the subscriptions at sources; once they end, what changes there is not told any more.",
              counted(watched, reconciledSubscriptions, Duration.hours(6)),
              4,
            ),
            runbook: "Subscriptions are not renewed",
          },
        ]),
    {
      id: "ListingDistrusted",
      impact: "The listing of all users, or of a source's people, looks wrong, so nothing is concluded from it.",
      runbook: "A listing is not believed",
      metric: counted(watched, metricNames.listingDistrusted),
      atLeast: 1,
    },
    {
      id: "DueUnreadable",
      impact: "Somebody's first or last day has come, and nothing is done: what was planned for it cannot be read.",
      runbook: "Planned events cannot be read",
      metric: counted(watched, metricNames.dueUnreadable),
      atLeast: 1,
    },
  ];
}

/** Functions that fail as a whole, or cannot be started. */
export function functionAlarms({ functions }: Watched): AlarmSpec[] {
  const impacts = {
    ingest: "Webhooks cannot be taken.",
    provision: "Events cannot be worked and wait on their queues.",
    reconcile: "What events missed is not caught, and events with a date to come do not start.",
    deadLetters: "What SQS gave up does not show in the ledger.",
  };
  return (["ingest", "provision", "reconcile", "deadLetters"] as const).flatMap((name) => [
    {
      id: `${name}Errors`,
      impact: impacts[name],
      runbook: "A function fails",
      metric: functions[name].metricErrors({ period: minutes(5) }),
      evaluationPeriods: name === "reconcile" ? 2 : 1,
      atLeast: 1,
    },
    {
      id: `${name}Throttles`,
      impact: `The account has no concurrency left. ${impacts[name]}`,
      runbook: "A function fails",
      metric: functions[name].metricThrottles({ period: minutes(5) }),
      evaluationPeriods: 2,
      atLeast: 1,
    },
  ]);
}
