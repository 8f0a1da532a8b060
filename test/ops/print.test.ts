import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { linesOf, visible } from "../../ops/print.ts";

const rows = [
  { id: "okta:1", outcome: "removed" },
  { id: "okta:123", outcome: undefined, ms: 7 },
];

test("a terminal gets columns", () => {
  const lines = linesOf(rows, { isTTY: true, write: () => {} }).map((line) => stripVTControlCharacters(line));
  expect(lines).toEqual(["id        outcome  ms", "okta:1    removed  -", "okta:123  -        7"]);
});

test("another program gets fields with tabs between", () => {
  expect(linesOf(rows, { write: () => {} })).toEqual(["id\toutcome\tms", "okta:1\tremoved\t-", "okta:123\t-\t7"]);
});

test("what others sent moves no cursor and breaks no line", () => {
  expect(visible("a\u001b[2Jb\nc\td")).toBe("a [2Jb c d");
});
