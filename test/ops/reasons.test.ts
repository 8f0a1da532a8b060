import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { meaningOf } from "../../ops/reasons.ts";

const paper = readFileSync(new URL("../../docs/behaviour.md", import.meta.url), "utf8");
const [, heldAndParked = ""] = /^## Held and parked$(.*?)(?=^## |(?![\s\S]))/ms.exec(paper) ?? [];
const documented = [...heldAndParked.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, reasons = ""]) =>
  reasons.replaceAll("`", "").split(", "),
);

describe("the meaning of a reason", () => {
  it("is told of every one that docs/behaviour.md explains", () => {
    expect(documented).toContain("not_placed");
    expect(documented.filter((reason) => meaningOf(reason) === reason)).toEqual([]);
  });

  it.each(["still_member", "stale", "no_email"])("is told of %s, which is none for an operator to decide", (reason) => {
    expect(meaningOf(reason)).not.toBe(reason);
  });

  it.each(["added_later", "toString"])("is the reason itself where this version does not know it: %s", (reason) => {
    expect(meaningOf(reason)).toBe(reason);
  });
});
