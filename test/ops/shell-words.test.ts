import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { shellWords } from "../../ops/shell-words.ts";

test("leaves plain words as they are", () => {
  expect(shellWords("held", "release", "okta:1/a.b-c_d@e")).toBe("held release okta:1/a.b-c_d@e");
});

test.each(["a b", "$(id)", "`id`", "it's", '"; id; "', "*", "", "a\\b", "a\nb"])(
  "is one word in a shell: %j",
  (word) => {
    expect(execFileSync("/bin/sh", ["-c", `printf %s ${shellWords(word)}`]).toString()).toBe(word);
  },
);
