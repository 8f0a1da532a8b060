import type { LifecycleConfig } from "../config.ts";
import { eventTime, type LifecycleEvent } from "./event.ts";

const dayMs = 86_400_000;

/** Days as calendars have them: `2026-06-30`, at a place. */
interface LocalDay {
  /** ISO 8601, without a time. */
  date: string;
  /** An IANA time zone, such as `Australia/Melbourne`. */
  timeZone: string;
}

/**
 * Gives an event whose source names a day the moment when it takes effect: the end of a last day, the beginning of any other,
 * in the person's time zone, else the configured one. First days come as many days earlier as the configuration says; a
 * moment that a source names itself stays. Pure.
 */
export function withEffectiveAt(event: LifecycleEvent, { dates }: Pick<LifecycleConfig, "dates">): LifecycleEvent {
  const { effectiveOn, ...rest } = event;
  if (effectiveOn === undefined) return event;
  const { timeZone = dates.timeZone } = event.person;
  const days = event.kind === "joiner" ? -dates.joinDaysBefore : event.kind === "leaver" ? 1 : 0;
  const date = new Date(Date.parse(effectiveOn) + days * dayMs).toISOString().slice(0, 10);
  return { ...rest, effectiveAt: startOfDay({ date, timeZone }).toISOString() };
}

/** Whether an event takes effect now; one with an `effectiveAt` to come does not. */
export function isDue(event: LifecycleEvent, now: number): boolean {
  return event.effectiveAt === undefined || eventTime(event) <= now;
}

/**
 * The first moment of a day at a place. Where clocks are set at midnight, a day may begin at one o'clock, or have its
 * midnight twice. Pure.
 */
export function startOfDay({ date, timeZone }: LocalDay): Date {
  const midnight = Date.parse(date);
  // The offsets of a day before and a day after are those on both sides of whatever happens at midnight.
  const candidates = [midnight - dayMs, midnight + dayMs]
    .map((around) => midnight - offsetAt(around, timeZone))
    .sort((a, b) => a - b);
  const first = candidates.find((moment) => localTime(moment, timeZone) >= midnight);
  return new Date(first ?? Math.max(...candidates));
}

function offsetAt(moment: number, timeZone: string): number {
  return localTime(moment, timeZone) - moment;
}

/** What clocks at a place show, as if it were UTC; epoch milliseconds, in whole seconds. */
function localTime(moment: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((each) => each.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
}

const formats = new Map<string, Intl.DateTimeFormat>();

// Made when a date needs one, and kept: each costs a fraction of a millisecond, which a cold start need not pay.
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const numeric = "numeric" as const;
  const fields = { year: numeric, month: numeric, day: numeric, hour: numeric, minute: numeric, second: numeric };
  const format = new Intl.DateTimeFormat("en-US", { ...fields, hourCycle: "h23", calendar: "iso8601", timeZone });
  formats.set(timeZone, format);
  return format;
}
