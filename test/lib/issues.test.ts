import { expect, test } from "vitest";
import * as z from "zod/mini";
import { describeIssues } from "../../lib/issues.ts";

function problemsOf(schema: z.ZodMiniType, input: unknown): string {
  const result = schema.safeParse(input);
  return result.success ? "" : describeIssues(result.error);
}

test.each<[string, z.ZodMiniType, unknown, string]>([
  ["a wrong type", z.object({ a: z.string() }), { a: 5 }, "a: expected string"],
  ["a missing field", z.object({ a: z.string() }), {}, "a: expected string"],
  ["the whole", z.object({}), "text", "(whole): expected object"],
  ["a word", z.object({ a: z.enum(["x", "y"]) }), { a: "z" }, "a: expected one of x|y"],
  ["a number too big", z.object({ a: z.number().check(z.lte(3)) }), { a: 4 }, "a: at most 3"],
  ["a text too short", z.object({ a: z.string().check(z.minLength(2)) }), { a: "" }, "a: at least 2"],
  ["a pattern", z.object({ a: z.string().check(z.regex(/^x$/)) }), { a: "secret" }, "a: malformed"],
  ["a format", z.object({ a: z.iso.datetime() }), { a: "secret" }, "a: malformed datetime"],
  ["unknown keys", z.strictObject({}), { a: 1, b: 2 }, "(whole): unknown a, b"],
  ["a union", z.object({ a: z.union([z.string(), z.boolean()]) }), { a: 5 }, "a: expected string or expected boolean"],
  [
    "a union's parts, each problem once,",
    z.object({ a: z.union([z.object({ b: z.string() }), z.object({ b: z.string(), c: z.boolean() })]) }),
    { a: {} },
    "a: b expected string or c expected boolean",
  ],
  ["a depth", z.object({ a: z.array(z.object({ b: z.string() })) }), { a: [{ b: 1 }] }, "a.0.b: expected string"],
])("tells %s by path and rule", (_, schema, input, problem) => {
  expect(problemsOf(schema, input)).toBe(problem);
});

test("tells a rule of our own by its words, and one without words too", () => {
  const worded = z.string().check(z.refine(() => false, { params: { problem: "not today" } }));
  const wordless = z.string().check(z.refine(() => false));
  expect(problemsOf(worded, "secret")).toBe("(whole): not today");
  expect(problemsOf(wordless, "secret")).toBe("(whole): not accepted");
});

test("tells every problem", () => {
  expect(problemsOf(z.object({ a: z.string(), b: z.number() }), {})).toBe("a: expected string; b: expected number");
});

test("does not quote a key that came with the input", () => {
  const message = problemsOf(z.object({ a: z.record(z.string(), z.string()) }), { a: { "ann@example.com": 5 } });
  expect(message).toBe("a.?: expected string");
  expect(problemsOf(z.record(z.string(), z.string()), { ["k".repeat(61)]: 5 })).toBe("?: expected string");
  expect(problemsOf(z.strictObject({}), { "ann@example.com": 5, b: 1 })).toBe("(whole): unknown ?, b");
});
