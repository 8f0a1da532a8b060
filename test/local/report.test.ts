import { expect, test } from "vitest";
import { type Line, note, renderLine } from "../../local/report.ts";

const at = new Date(2026, 10, 24, 12, 0, 1).toISOString();
const line = (record: unknown): Line => ({ from: "provision", stream: "stdout", text: JSON.stringify(record) });
const event = {
  level: "info",
  at,
  message: "event",
  event: "standard:msg_1",
  kind: "joiner",
  person: "h",
  outcome: "invited",
};

test.each([
  [{ ...event, action: "create", ms: 143 }, "12:00:01 joiner standard:msg_1 -> invited (create) 143 ms"],
  [{ ...event, action: "none", reason: "stale" }, "12:00:01 joiner standard:msg_1 -> invited (none, stale)"],
  [{ ...event, lookup: "gone" }, "12:00:01 joiner standard:msg_1 -> invited (its source says gone)"],
  [event, "12:00:01 joiner standard:msg_1 -> invited"],
  [{ level: "warn", at, message: "retried", count: 2 }, "12:00:01 warn provision: retried count=2"],
  [{ ...event, outcome: undefined }, "12:00:01 info provision: event event=standard:msg_1 kind=joiner person=h"],
])("renders a record as one line", (record, text) => {
  expect(renderLine(line(record), false)).toEqual({ stream: "stdout", text });
});

test("leaves out metric lines", () => {
  expect(renderLine(line({ _aws: { Timestamp: 1 }, EventsFinished: 1 }), false)).toBeUndefined();
});

test.each(["not JSON", "{", "null", '{"level":"info"}', "    at somewhere (file.ts:1:2)"])("passes on %j", (text) => {
  expect(renderLine({ from: "ingest", stream: "stdout", text }, false)).toEqual({ stream: "stderr", text });
});

test("lets no escape sequence or line break through", () => {
  const hostile = "x\u001b]0;title\u0007\r\ny\u009b2J";
  for (const record of [
    { ...event, event: hostile },
    { level: "info", at, message: "m", [hostile]: hostile },
  ]) {
    expect(renderLine(line(record), false)?.text).not.toMatch(/\p{Cc}/u);
  }
  expect(renderLine({ from: "ingest", stream: "stdout", text: hostile }, false)?.text).not.toMatch(/\p{Cc}/u);
});

test("colours outcomes when asked", () => {
  const coloured = (outcome: string) => renderLine(line({ ...event, outcome }), true)?.text;
  expect(coloured("invited")).toContain("\u001b[32minvited");
  expect(coloured("held")).toContain("\u001b[33mheld");
  expect(coloured("parked")).toContain("\u001b[31mparked");
});

test("the stack's own notes are rendered like the functions' lines", () => {
  const lines: Line[] = [];
  note((one) => lines.push(one), "poller", "error", "failed", { count: 3 });
  expect(lines.map((one) => renderLine(one, false)?.text.slice(9))).toEqual(["error poller: failed count=3"]);
});
