import { Duration } from "aws-cdk-lib";
import { metricNames } from "../lib/telemetry.ts";
import type { AlarmSpec } from "./alarm-spec.ts";
import { counted, type Watched } from "./signals.ts";

/** What goes wrong between the senders and this system. */
export function webhookAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      id: "Unauthorized",
      impact: "Webhooks are turned away because they do not verify, and what they said is lost.",
      runbook: "Webhooks are turned away",
      metric: counted(watched, metricNames.unauthorized, Duration.hours(1)),
      atLeast: 3,
    },
    {
      id: "Rejected",
      impact: "Webhooks of a source have the wrong shape, size or type, and what they said is lost.",
      runbook: "Webhooks are turned away",
      metric: counted(watched, metricNames.rejected),
      atLeast: 1,
    },
    {
      id: "BadElements",
      impact: "Events inside hooks could not be read and are lost.",
      runbook: "Elements of hooks cannot be read",
      metric: counted(watched, metricNames.badElements),
      atLeast: 1,
    },
    {
      id: "Throttled",
      impact: "Webhooks were answered 429; Okta does not send them again.",
      runbook: "Webhooks are throttled",
      metric: counted(watched, metricNames.throttled),
      atLeast: 1,
    },
    {
      id: "Unavailable",
      impact: "Webhooks were answered 5xx; Okta sends them once more and then never again.",
      runbook: "Webhooks are answered 503",
      metric: watched.api.metricServerError({ statistic: "Sum", period: Duration.minutes(5) }),
      atLeast: 1,
    },
    {
      id: "OldSecret",
      impact: "A sender still uses a secret that was rotated: once it is rotated again, that sender is turned away.",
      runbook: "An old secret is still used",
      // Right after a rotation that is as it should be: only on two days in a row it is not.
      metric: counted(watched, metricNames.oldSecretUsed, Duration.days(1)),
      evaluationPeriods: 2,
      atLeast: 1,
    },
  ];
}

/** What goes wrong between this system and the sources' own APIs. */
export function sourceAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      id: "SourceFailed",
      impact: "A source cannot be asked about its people, so nobody of it is removed and its hints wait.",
      runbook: "A source cannot be read",
      metric: counted(watched, metricNames.sourceFailed),
      evaluationPeriods: 3,
      atLeast: 1,
    },
  ];
}

/** What goes wrong between this system and Arize. */
export function arizeAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      id: "ArizeDenied",
      impact: "Arize does not accept the API key, so nobody is invited or removed.",
      runbook: "Arize denies access",
      metric: counted(watched, metricNames.arizeDenied),
      atLeast: 1,
    },
    {
      id: "ArizeFailed",
      impact: "Calls to Arize fail again and again; events wait on their queues.",
      runbook: "Arize does not answer",
      metric: counted(watched, metricNames.arizeFailed),
      evaluationPeriods: 3,
      atLeast: 5,
    },
    {
      id: "ArizeRateLimited",
      impact: "Arize limits the rate of calls; leavers go first, everybody else waits.",
      runbook: "Arize does not answer",
      metric: counted(watched, metricNames.arizeRateLimited),
      evaluationPeriods: 3,
      atLeast: 5,
    },
    {
      id: "BreakerOpened",
      impact: "Arize is down: calls are not even tried for a while, and nobody is removed meanwhile.",
      runbook: "Arize does not answer",
      metric: counted(watched, metricNames.breakerOpened),
      evaluationPeriods: 2,
      atLeast: 1,
    },
  ];
}
