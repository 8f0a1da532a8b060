import { expect, test } from "vitest";
import { hashOf, providerIdSchema } from "../../../lib/sources/event-id.ts";

test("the same parts make the same hash, and others another, wherever one part ends", () => {
  expect(hashOf(["a", 1])).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf(["a", 1])).toBe(hashOf(["a", 1]));
  const hashes = [["a", "b"], ["ab"], ["a", "b", undefined], ["b", "a"], ["a", ["b"]]].map(hashOf);
  expect(new Set(hashes).size).toBe(hashes.length);
});

test("ids are text or whole numbers", () => {
  for (const [id, text] of [["71", "71"] as const, [71, "71"] as const]) expect(providerIdSchema.parse(id)).toBe(text);
  for (const id of ["", "x".repeat(65), 7.5, 2 ** 60, null, {}])
    expect(providerIdSchema.safeParse(id).success).toBe(false);
});
