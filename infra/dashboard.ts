import { Dashboard, GraphWidget, type IMetric, SingleValueWidget } from "aws-cdk-lib/aws-cloudwatch";
import type { Construct } from "constructs";
import { type MetricName, metricNames } from "../lib/telemetry.ts";
import { counted, deadLetterCount, oldestAge, timeToRemoved, type Watched } from "./signals.ts";

/** What a team looks at. Its first row is what this system is there for: how soon people who left are gone. */
export function addDashboard(scope: Construct, watched: Watched): void {
  const { leavers, changes, functions } = watched;
  const lambdas = Object.values(functions);
  const counts = (title: string, names: MetricName[]) =>
    graph(
      title,
      names.map((name) => counted(watched, name)),
    );
  const removed = [timeToRemoved(watched, "p50"), timeToRemoved(watched, "p99")];
  new Dashboard(scope, "Dashboard", {
    widgets: [
      [
        new GraphWidget({ title: "Time to removed, in ms", left: removed, width: 18, height: 7 }),
        new SingleValueWidget({ title: "Time to removed, in ms", metrics: removed, width: 6, height: 7 }),
      ],
      [
        graph(
          "Oldest message, in s",
          [leavers, changes].map((lane) => oldestAge(lane).with({ label: lane.lane })),
        ),
        graph("Dead letters", [deadLetterCount(leavers), deadLetterCount(changes)]),
        counts("Events", [metricNames.received, metricNames.finished, metricNames.retried]),
      ],
      [
        counts("Waiting for an operator", [metricNames.held, metricNames.parked, metricNames.abandoned]),
        counts("Webhooks turned away", [
          metricNames.unauthorized,
          metricNames.rejected,
          metricNames.badElements,
          metricNames.unavailable,
          metricNames.throttled,
        ]),
        counts("Arize", [
          metricNames.arizeFailed,
          metricNames.arizeRateLimited,
          metricNames.arizeDenied,
          metricNames.breakerOpened,
        ]),
      ],
      [
        counts("Reconcile", [
          metricNames.reconciledDue,
          metricNames.reconciledInvitations,
          metricNames.reconciledFull,
          ...(watched.secrets.told.length > 0 ? [metricNames.reconciledSubscriptions] : []),
          metricNames.listingDistrusted,
        ]),
        graph(
          "Errors of functions",
          lambdas.map((lambda) => lambda.metricErrors()),
        ),
        graph(
          "Duration of functions, p99 in ms",
          lambdas.map((lambda) => lambda.metricDuration({ statistic: "p99" })),
        ),
      ],
    ],
  });
}

function graph(title: string, left: IMetric[]): GraphWidget {
  return new GraphWidget({ title, left, width: 8, height: 6 });
}
