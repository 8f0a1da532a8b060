import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { describeError, log, Metrics, metricNames, metricNamespace } from "../../lib/telemetry.ts";

let output = "";

beforeEach(() => {
  output = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    output += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** The only line that was written, as text and read. */
function line(): { text: string; json: Record<string, unknown> } {
  expect(output.match(/\n/g)).toHaveLength(1);
  return { text: output, json: JSON.parse(output) };
}

describe("a log line", () => {
  test("is one line of JSON", () => {
    log("warn", "event", { event: "okta:1", kind: "leaver", person: "hash", ms: 12 });
    const { at, ...rest } = line().json;
    expect(rest).toEqual({ level: "warn", message: "event", event: "okta:1", kind: "leaver", person: "hash", ms: 12 });
    expect(at).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  test.each([
    "ann@example.com",
    "okta:ann@example.com",
    "ann+x@example.com",
    "o'hara@example.com",
    "ann%40example.com",
    "jürgen@bücher.example.com",
  ])("masks %s", (event) => {
    log("info", `received ${event}`, { event });
    const { text, json } = line();
    expect(text).not.toMatch(/@|ann|hara|jürgen|example/);
    expect(json.event).toContain("[email]");
  });

  test("stays JSON with the fields it was given, whatever an id from outside holds", () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom("@", '"', "\\", "a", ":", ",", "\n", "{", "}", "level"), { maxLength: 20 })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(hostile, hostile, (event, reason) => {
        output = "";
        log("info", "event", { event, reason });
        const { json } = line();
        expect(Object.keys(json).toSorted()).toEqual(["at", "event", "level", "message", "reason"]);
        expect(json.level).toBe("info");
      }),
      { examples: [['a@b","level":"error', "x@y\\"]], numRuns: 200 },
    );
  });
});

test("a value is cut where a line would grow too long, and an address at the cut is masked", () => {
  const fits = "a ".repeat(998);
  log("info", "ignored", { reason: `${fits}ann@example.com${"b".repeat(1_000_000)}` });
  expect(line().json.reason).toBe(`${fits}[email]`);
});

describe("an unexpected error", () => {
  test("is told by its name and frames, never by its message", () => {
    const error = new TypeError("cannot read ann@example.com\n    at secret (token-123)\n  of undefined");
    const told = describeError(error);
    expect(told.error).toBe("TypeError");
    expect(told.frames).toMatch(/^\s+at .*telemetry\.test\.ts/);
    expect(JSON.stringify(told)).not.toMatch(/ann|secret|token-123|undefined/);
  });

  test("has at most six frames", () => {
    const deep = (depth: number): Error => (depth === 0 ? new Error("deep") : deep(depth - 1));
    expect(describeError(deep(20)).frames?.split("\n")).toHaveLength(6);
  });

  test("may be anything that was thrown", () => {
    expect(describeError("ann@example.com")).toEqual({ error: "string" });
    expect(describeError(undefined)).toEqual({ error: "undefined" });
    const bare = new Error("secret");
    delete bare.stack;
    expect(describeError(bare)).toEqual({ error: "Error", frames: "" });
  });
});

describe("metrics", () => {
  test("are one line in CloudWatch's embedded format, counts summed", () => {
    const metrics = new Metrics();
    metrics.add(metricNames.received, 3);
    metrics.add(metricNames.received);
    metrics.add(metricNames.timeToRemoved, 120);
    metrics.add(metricNames.timeToRemoved, 80);
    metrics.flush();
    const { _aws, ...values } = line().json;
    expect(values).toEqual({ EventsReceived: 4, TimeToRemoved: [120, 80] });
    expect(_aws).toEqual({
      Timestamp: expect.any(Number),
      CloudWatchMetrics: [
        {
          Namespace: metricNamespace,
          Dimensions: [[]],
          Metrics: [
            { Name: "EventsReceived", Unit: "Count" },
            { Name: "TimeToRemoved", Unit: "Milliseconds" },
          ],
        },
      ],
    });
  });

  test("are written once, and nothing is written for nothing", () => {
    const metrics = new Metrics();
    metrics.flush();
    expect(output).toBe("");
    metrics.add(metricNames.held);
    metrics.flush();
    metrics.flush();
    expect(line().json).toMatchObject({ EventsHeld: 1 });
  });

  test("lose no count however many there are, and keep to a hundred durations", () => {
    const metrics = new Metrics();
    for (let count = 0; count < 250; count++) {
      metrics.add(metricNames.abandoned);
      metrics.add(metricNames.timeToRemoved, count);
    }
    metrics.flush();
    const { json } = line();
    expect(json.InvitationsAbandoned).toBe(250);
    expect(json.TimeToRemoved).toHaveLength(100);
  });

  test("have names of their own", () => {
    const names = Object.values(metricNames);
    expect(new Set(names).size).toBe(names.length);
  });
});
