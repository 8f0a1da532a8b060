import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { label } from "../../../lib/sources/label.ts";

describe("label", () => {
  it("leaves the providers' words as they are", () => {
    for (const word of ["user.lifecycle.delete.initiated", "11111111-aaaa-11ef-8000-000000000001", "a_b:c/d"]) {
      expect(label(word)).toBe(word);
    }
  });

  it("lets no email address and no line break through", () => {
    expect(label("noor@example.com\nlevel=error")).toBe("noor?example.com?level?error");
  });

  it("is bounded whatever comes", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(0xffff), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
        (text) => {
          expect(label(text)).toMatch(/^[\w.:/?-]{0,100}$/);
        },
      ),
    );
  });
});
