import { expect, test } from "vitest";
import { canonicalJson, sha256 } from "../../../lib/evidence/canonical.ts";

test("equal values are equal bytes, whatever the order of their keys", () => {
  expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: "x" })).toBe('{"a":"x","b":[{"d":1}]}');
  expect(canonicalJson([2, 1])).toBe("[2,1]");
});

test("SHA-256 in hex", () => {
  expect(sha256("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
});
