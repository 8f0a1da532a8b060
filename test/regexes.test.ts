import { readdirSync, readFileSync } from "node:fs";
import { isSafe } from "redos-detector";
import ts from "typescript";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { instantSchema } from "../lib/lifecycle/event.ts";

/** Every regular expression of the code that runs on AWS, most of which look at text from outside. */
const root = new URL("../", import.meta.url);

/** Those that the detector cannot vouch for, and why they do no harm. */
const excused: Record<string, string> = {
  '/[^\\s"@:/]+(?:@|%40)[^\\s"@:/]*/gi': "telemetry.ts cuts what it looks at to 2,000 characters",
  "/\\/+$/": "transport.ts looks at the deployer's own base URL",
  "/(?:^|\\/)Users\\/([^/]+)$/": "sharedsignals-subject.ts: each attempt ends at the slash where the next may begin",
  '/<([^<>]*)>; ?rel="next"/': "okta-directory.ts: each attempt ends at the bracket where the next may begin",
  "/(T[\\d:.]+)$/": "utc.ts: each attempt ends at the T where the next may begin",
};

function literalsOf(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(new URL(file, root), "utf8"), ts.ScriptTarget.Latest);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files = ["lib", "functions"].flatMap((folder) =>
  readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => `${folder}/${name}`),
);
const literals = [...new Set(files.flatMap(literalsOf))].sort();

/** Whether no text makes it take more than in proportion to its length. */
function isLinear(literal: string): boolean {
  const [, source = "", flags = ""] = /^\/(.*)\/([a-z]*)$/s.exec(literal) ?? [];
  // The detector takes two property escapes for overlapping that are not; these are the characters of `Cc`.
  const plain = source.replaceAll(/\[\^([^\]]*)\\p\{Cc\}/g, "[^$1\\x00-\\x1f\\x7f-\\x9f");
  const { safe, error } = isSafe(new RegExp(plain, flags), { timeout: 10_000 });
  return safe && error === null;
}

test("all are found", () => {
  expect(literals.length).toBeGreaterThan(20);
  expect(literals).toEqual(expect.arrayContaining(Object.keys(excused)));
});

test.each(literals.filter((literal) => !(literal in excused)))("%s never takes long", (literal) => {
  expect(isLinear(literal)).toBe(true);
});

test.each(Object.keys(excused))("%s is not vouched for", (literal) => {
  expect(isLinear(literal)).toBe(false);
});

test("zod's for times never takes long", () => {
  const { pattern } = Object(z.iso.datetime({ offset: true })._zod.def);
  expect(instantSchema._zod.def).toMatchObject({ format: "datetime" });
  expect(isLinear(String(pattern))).toBe(true);
});

test("one that does is seen", () => {
  expect(isLinear("/^(a+)+$/")).toBe(false);
  expect(isLinear("/a+b/")).toBe(false);
});
