import { describe, expect, it } from "vitest";
import type { Kind } from "../../../lib/lifecycle/event.ts";
import { kindOf } from "../../../lib/sources/kind.ts";

const defaults: ReadonlyMap<string, Kind> = new Map([["hired", "joiner"]]);

describe("kindOf", () => {
  it.each([
    ["hired", {}, "joiner"],
    ["hired", { hired: "mover" }, "mover"],
    ["hired", { hired: "ignore" }, undefined],
    ["paused", {}, undefined],
    ["paused", { paused: "leaver" }, "leaver"],
    ["Hired", {}, undefined],
  ] as const)("takes %s with %j as %s", (type, overrides, kind) => {
    expect(kindOf(type, defaults, overrides)).toBe(kind);
  });

  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("finds nothing for %s", (type) => {
    expect(kindOf(type, defaults, {})).toBeUndefined();
  });
});
