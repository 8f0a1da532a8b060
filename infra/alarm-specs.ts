import { metricNames } from "../lib/telemetry.ts";
import type { AlarmSpec } from "./alarm-spec.ts";
import { functionAlarms, reconcileAlarms } from "./inside-alarms.ts";
import { arizeAlarms, sourceAlarms, webhookAlarms } from "./outside-alarms.ts";
import { counted, deadLetterCount, oldestAge, type Watched } from "./signals.ts";

/** All alarms. What is left out here is nobody's business at night: it is on the dashboard. */
export function alarmSpecs(watched: Watched): AlarmSpec[] {
  return [
    ...queueAlarms(watched),
    ...eventAlarms(watched),
    ...webhookAlarms(watched),
    ...sourceAlarms(watched),
    ...arizeAlarms(watched),
    ...reconcileAlarms(watched),
    ...functionAlarms(watched),
  ];
}

function queueAlarms(watched: Watched): AlarmSpec[] {
  const { leavers, changes } = watched;
  return [
    {
      id: "OldestLeaver",
      impact: "Somebody who left five minutes ago or more can still sign in to Arize.",
      runbook: "A leaver is still there",
      metric: oldestAge(leavers),
      atLeast: 300,
    },
    {
      // SQS leaves messages that are received again and again out of the age of the oldest.
      id: "LeaversWaiting",
      impact:
        "Removing somebody who left, or asking whether they did, fails again and again; they can still sign in to Arize.",
      runbook: "A leaver is still there",
      metric: counted(watched, metricNames.leaversWaiting),
      atLeast: 1,
    },
    {
      id: "OldestChange",
      impact: "Joiners, movers, and leavers of one of several groups, have waited for half an hour or more.",
      runbook: "Arize does not answer",
      metric: oldestAge(changes),
      atLeast: 1800,
    },
    {
      id: "LeaverDeadLetters",
      impact: "A leaver was given up and still has access until an operator redrives it.",
      runbook: "Events are parked",
      metric: deadLetterCount(leavers),
      atLeast: 1,
    },
    {
      id: "ChangeDeadLetters",
      impact: "A joiner, a mover, or a leaver of one of several groups, was given up and waits for an operator.",
      runbook: "Events are parked",
      metric: deadLetterCount(changes),
      atLeast: 1,
    },
  ];
}

function eventAlarms(watched: Watched): AlarmSpec[] {
  return [
    {
      id: "Refused",
      impact: "An event cannot succeed as it is; the person is as they were before it.",
      runbook: "Events are parked",
      metric: counted(watched, metricNames.parked),
      atLeast: 1,
    },
    {
      id: "Held",
      impact: "Deletions, or other events, wait for an operator: either many people left, or a source is wrong.",
      runbook: "Deletions are held",
      metric: counted(watched, metricNames.held),
      atLeast: 1,
    },
  ];
}
