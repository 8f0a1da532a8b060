import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import { mediaType, readForm, readJson } from "../../../lib/sources/body.ts";

describe("readJson", () => {
  it("reads JSON, after a byte order mark too", () => {
    expect(readJson(Buffer.from('{"name":"Zoë"}'))).toEqual({ name: "Zoë" });
    expect(readJson(Buffer.from("\ufeff[1]"))).toEqual([1]);
  });

  it.each([
    ["a stray byte", Buffer.from([0x22, 0xff, 0x22]), "not valid UTF-8"],
    ["a cut character", Buffer.from([0x22, 0xc3]), "not valid UTF-8"],
    ["nothing", Buffer.alloc(0), "not JSON"],
    ["half an object", Buffer.from('{"secret":"hunter2"'), "not JSON"],
    ["a hundred thousand open brackets", Buffer.from("[".repeat(100_000)), "not JSON"],
  ])("rejects %s with 400 and no quotation", (_, body, message) => {
    expect(() => readJson(body)).toThrow(new Rejected(400, message));
  });

  it("keeps __proto__ a mere key", () => {
    const value = readJson(Buffer.from('{"__proto__":{"admin":true}}'));
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.hasOwn({}, "admin")).toBe(false);
  });
});

describe("readForm", () => {
  it("reads pairs, and any bytes of UTF-8", () => {
    expect([...readForm(Buffer.from("name=Zo%C3%AB+%26&id=7&id=8&%ZZ"))]).toEqual([
      ["name", "Zoë &"],
      ["id", "7"],
      ["id", "8"],
      ["%ZZ", ""],
    ]);
  });

  it("rejects other bytes", () => {
    expect(() => readForm(Buffer.from([0x61, 0x3d, 0xff]))).toThrow(new Rejected(400, "not valid UTF-8"));
  });
});

describe("mediaType", () => {
  it.each([
    ["application/json", "application/json"],
    ["Application/JSON; charset=utf-8", "application/json"],
    ["", ""],
    [undefined, ""],
  ])("of %j is %j", (header, type) => {
    expect(mediaType({ headers: { "content-type": header } })).toBe(type);
  });
});
