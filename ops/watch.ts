import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import { metricNames } from "../lib/telemetry.ts";
import type { Target } from "./connection.ts";
import { describeFailure } from "./failure.ts";

/** What only CloudWatch knows; `undefined` where it knows nothing, or is not there. */
export interface Watched {
  /** Seconds that the oldest message of each lane has waited. */
  oldestLeaverSeconds: number | undefined;
  oldestChangeSeconds: number | undefined;
  /** How often a worker stopped calling Arize in the last 15 minutes, because most calls failed. */
  breakerOpened: number | undefined;
  /** Why it could not be asked. */
  problem?: string;
}

const minutes = 15;
const patienceMs = 5_000;

/** Asks CloudWatch; a stack without metrics there, such as one on a laptop, is not asked. */
export async function readWatched(target: Target): Promise<Watched | undefined> {
  const { metricNamespace } = target;
  if (metricNamespace === undefined) return undefined;
  return ask(target, metricNamespace).catch((error: unknown) => {
    const nothing = { oldestLeaverSeconds: undefined, oldestChangeSeconds: undefined, breakerOpened: undefined };
    return { ...nothing, problem: describeFailure(error) };
  });
}

async function ask({ environment }: Target, namespace: string): Promise<Watched> {
  const now = Date.now();
  const MetricDataQueries = [
    ageOf("leavers", environment.LEAVERS_QUEUE_URL),
    ageOf("changes", environment.CHANGES_QUEUE_URL),
    query("breaker", namespace, metricNames.breakerOpened, "Sum", {}),
  ];
  const StartTime = new Date(now - minutes * 60_000);
  const request = new GetMetricDataCommand({ MetricDataQueries, StartTime, EndTime: new Date(now) });
  const client = new CloudWatchClient({ maxAttempts: 1 });
  const { MetricDataResults = [] } = await client.send(request, { abortSignal: AbortSignal.timeout(patienceMs) });
  const values = (id: string) => MetricDataResults.find(({ Id }) => Id === id)?.Values ?? [];
  return {
    oldestLeaverSeconds: values("leavers")[0],
    oldestChangeSeconds: values("changes")[0],
    breakerOpened: values("breaker").reduce((sum, value) => sum + value, 0),
  };
}

function ageOf(id: string, queueUrl: string): MetricDataQuery {
  const QueueName = queueUrl.split("/").at(-1) ?? "";
  return query(id, "AWS/SQS", "ApproximateAgeOfOldestMessage", "Maximum", { QueueName });
}

function query(
  Id: string,
  Namespace: string,
  MetricName: string,
  Stat: string,
  dimensions: Record<string, string>,
): MetricDataQuery {
  const Dimensions = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { Id, MetricStat: { Metric: { Namespace, MetricName, Dimensions }, Period: 60, Stat } };
}
