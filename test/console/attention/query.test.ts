import { expect, it } from "vitest";
import { pathOf, readQuery } from "../../../console/attention/query.ts";

it("keeps a filter through a form and back", () => {
  const fields = { shelf: "parked", reason: "too_old", kind: "joiner", source: "okta", before: "2026-11-24T09:00Z" };
  const path = pathOf(readQuery(fields));
  expect(Object.fromEntries(new URL(path, "http://127.0.0.1").searchParams)).toEqual(fields);
});

it("takes an empty field for not given, and no time for a mistake, since the filter would fit more without it", () => {
  expect(readQuery({ shelf: "elsewhere", kind: "", before: "" })).toEqual({ shelf: "HELD" });
  expect(() => readQuery({ before: "yesterday" })).toThrow("the filter's time is none");
});
