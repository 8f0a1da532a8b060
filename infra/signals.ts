import { Duration } from "aws-cdk-lib";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import { type IMetric, MathExpression, Metric } from "aws-cdk-lib/aws-cloudwatch";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import { type MetricName, metricNames } from "../lib/telemetry.ts";
import type { LaneQueues } from "./lane.ts";
import type { FunctionName } from "./permissions.ts";
import type { LifecycleSecrets } from "./secrets.ts";

/** What alarms and the dashboard are made from. */
export interface Watched {
  /** Of the functions' own metrics. */
  metricNamespace: string;
  leavers: LaneQueues;
  changes: LaneQueues;
  secrets: Pick<LifecycleSecrets, "told">;
  /** Those that run by themselves: an operator who asks for evidence sees for themselves that it fails. */
  functions: Record<Exclude<FunctionName, "signEvidence">, IFunction>;
  api: HttpApi;
}

/** How often one of our own metrics was counted, in five minutes unless said otherwise. */
export function counted({ metricNamespace }: Watched, metricName: MetricName, period = Duration.minutes(5)): Metric {
  return new Metric({ namespace: metricNamespace, metricName, statistic: "Sum", period });
}

/** Milliseconds from receiving a leaver to a 404 for them. @param statistic such as `p99` */
export function timeToRemoved({ metricNamespace }: Watched, statistic: string): Metric {
  const metricName = metricNames.timeToRemoved;
  return new Metric({
    namespace: metricNamespace,
    metricName,
    statistic,
    period: Duration.minutes(5),
    label: statistic,
  });
}

/** Seconds that the oldest message of a lane has waited. */
export function oldestAge({ queue }: LaneQueues): Metric {
  return queue.metricApproximateAgeOfOldestMessage({ statistic: "Maximum", period: Duration.minutes(1) });
}

/** How many messages are on a lane's dead-letter queue, those that somebody is looking at too. */
export function deadLetterCount({ deadLetters, lane }: LaneQueues): IMetric {
  const options = { statistic: "Maximum", period: Duration.minutes(1) };
  return new MathExpression({
    expression: `FILL(${lane}Visible, 0) + FILL(${lane}Hidden, 0)`,
    usingMetrics: {
      [`${lane}Visible`]: deadLetters.metricApproximateNumberOfMessagesVisible(options),
      [`${lane}Hidden`]: deadLetters.metricApproximateNumberOfMessagesNotVisible(options),
    },
    period: Duration.minutes(1),
    label: lane,
  });
}
