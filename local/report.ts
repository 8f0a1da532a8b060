import { styleText } from "node:util";
import * as z from "zod/mini";

/** One line that a function, or a part of the stack, wrote. */
export interface Line {
  /** The function's name, or the part of the stack: `poller`, `door`, `schedules`. */
  from: string;
  stream: "stdout" | "stderr";
  text: string;
}

export type OnLine = (line: Line) => void;

/** Writes a line as the functions do, from a part of the stack. `fields` must not hold payloads or secrets. */
export function note(
  onLine: OnLine,
  from: string,
  level: "info" | "warn" | "error",
  message: string,
  fields: Record<string, string | number> = {},
): void {
  const record = { level, at: new Date().toISOString(), message, ...fields };
  onLine({ from, stream: "stdout", text: JSON.stringify(record) });
}

const text = z.string();
const eventRecord = z.looseObject({
  level: text,
  at: text,
  message: z.literal("event"),
  event: text,
  kind: text,
  outcome: text,
  action: z.optional(text),
  reason: z.optional(text),
  lookup: z.optional(text),
  ms: z.optional(z.number()),
});
const logRecord = z.looseObject({ level: text, at: text, message: text });
const metricRecord = z.looseObject({ _aws: z.unknown() });

type Paint = (style: Parameters<typeof styleText>[0], value: string) => string;

/**
 * Turns a line into what a person wants to read, on one line. `undefined` for the metric lines, which are for CloudWatch.
 * What is not a log record passes unchanged to stderr.
 */
export function renderLine(line: Line, colour: boolean): Pick<Line, "stream" | "text"> | undefined {
  const paint: Paint = (style, value) => (colour ? styleText(style, value, { validateStream: false }) : value);
  const json = parseJson(line.text);
  const event = eventRecord.safeParse(json);
  if (event.success) return { stream: "stdout", text: renderEvent(event.data, paint) };
  const record = logRecord.safeParse(json);
  if (record.success) return { stream: "stdout", text: renderRecord(line.from, record.data, paint) };
  if (metricRecord.safeParse(json).success) return undefined;
  return { stream: "stderr", text: visible(line.text) };
}

function renderEvent(record: z.infer<typeof eventRecord>, paint: Paint): string {
  const looked = record.lookup && `its source says ${record.lookup}`;
  const why = [record.action, record.reason, looked].filter((word) => word !== undefined && word !== "");
  const words = [
    paint("dim", clock(record.at)),
    visible(record.kind),
    visible(record.event),
    "->",
    paint(outcomeStyle(record), visible(record.outcome)),
    ...(why.length > 0 ? [`(${visible(why.join(", "))})`] : []),
    ...(record.ms === undefined ? [] : [paint("dim", `${record.ms} ms`)]),
  ];
  return words.join(" ");
}

function renderRecord(from: string, record: z.infer<typeof logRecord>, paint: Paint): string {
  const { level, at, message, ...fields } = record;
  const pairs = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const words = [level, `${from}:`, message, ...pairs].map(visible).join(" ");
  return `${paint("dim", clock(at))} ${paint(levelStyle(level), words)}`;
}

function outcomeStyle(record: z.infer<typeof eventRecord>) {
  if (record.outcome === "parked") return "red";
  return record.level === "info" && record.outcome !== "held" ? "green" : "yellow";
}

function levelStyle(level: string) {
  return level === "error" ? "red" : level === "warn" ? "yellow" : "reset";
}

/** The time of day where the reader is. */
function clock(at: string): string {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** Ids come from senders: escape sequences in them must not reach a terminal, nor a line break split the line. */
function visible(value: string): string {
  return value.replace(/\p{Cc}+/gu, " ");
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}
