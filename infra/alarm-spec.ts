import type { IMetric } from "aws-cdk-lib/aws-cloudwatch";

interface Described {
  /** The construct's id, and with it a part of the alarm's name. */
  id: string;
  /** One sentence: what it means for people. */
  impact: string;
  /** A heading of RUNBOOK.md. */
  runbook: string;
  metric: IMetric;
  /** How many periods in a row; one unless given. */
  evaluationPeriods?: number;
}

/** Rings when something happens too often, or when something that must happen does not. */
export type AlarmSpec = Described & ({ atLeast: number } | { below: number });
