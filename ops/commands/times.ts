import { InvalidArgumentError } from "commander";
import { WrongUse } from "../failure.ts";

/** A day, from its first moment in UTC, or a moment in ISO 8601 with its zone. */
export function parseTime(text: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text);
  const time = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (Number.isNaN(time) || !(isDay || hasZone)) {
    throw new InvalidArgumentError("It has to be a day such as 2026-11-24, or a time such as 2026-11-24T09:00:00Z.");
  }
  return new Date(time).toISOString();
}

/** Refuses a period in which nothing can have happened. @param from and `to` as `parseTime` gives them @throws WrongUse */
export function checkPeriod(from: string, to: string): void {
  if (from >= to) throw new WrongUse(`the period ends before it begins: --from ${from}, --to ${to}`);
}
