/** One line of the table: what was measured, and whether it is at its goal. */
export interface Row {
  /** Begins with the number of the goal. */
  name: string;
  goal: string;
  /** A median, where there was more than one round. */
  value: number;
  /** The tenth and the ninetieth percentile of the rounds, or `null` for what is counted. */
  spread: [number, number] | null;
  verdict: "met" | "missed";
}

/** A row that is at its goal when the median is no greater than the limit. @param unit for the goal's text */
export function atMost(limit: number, unit: string, name: string, samples: readonly number[]): Row {
  const value = median(samples);
  const spread: Row["spread"] =
    samples.length > 1 ? [rounded(quantile(samples, 0.1)), rounded(quantile(samples, 0.9))] : null;
  const verdict = value <= limit ? "met" : "missed";
  return { name, goal: `<= ${limit} ${unit}`, value: rounded(value), spread, verdict };
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

function quantile(samples: readonly number[], share: number): number {
  const sorted = [...samples].sort((left, right) => left - right);
  return sorted[Math.round((sorted.length - 1) * share)] ?? Number.NaN;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
