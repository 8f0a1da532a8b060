import { expect, test } from "vitest";
import { toPage } from "../../../lib/evidence/page.ts";
import { summarize } from "../../../lib/evidence/summary.ts";
import { at } from "../../support/events.ts";
import { about, evidenceEntry } from "../../support/evidence.ts";

const page = (entries = [evidenceEntry({ email: "ann@example.com" })]) =>
  toPage({ about, summary: summarize(entries), entries });

test("tells of each leaver who asked, when they were gone, and by which reading", () => {
  const text = page();
  for (const words of [
    "ann@example.com",
    "okta, event okta:1",
    `${at(2_000)}, after 1.5 s`,
    "GET /v2/users/{id}: 404, request req-404",
    "@media print",
  ]) {
    expect(text).toContain(words);
  }
});

test("tells what happened before, in its order: who held it, who let it go", () => {
  const [attempt] = evidenceEntry().attempts;
  if (attempt === undefined) throw new Error("no attempt");
  const text = page([
    evidenceEntry({
      attempts: [{ ...attempt, outcome: "held", reason: "deletion_budget", at: at(500) }, attempt],
      words: [{ outcome: "released", by: "Cy", note: "HR said so", at: at(1_000), reason: undefined }],
    }),
  ]);
  expect(text).toContain(
    `<dt>held</dt><dd>${at(500)}, deletion_budget</dd><dt>released</dt><dd>${at(1_000)}, by Cy: HR said so</dd>`,
  );
});

test("takes nothing from outside for markup", () => {
  const text = page([
    evidenceEntry({
      event: "<script>alert(1)</script>",
      words: [{ outcome: "dismissed", by: "a&b", note: '"', at: at(0), reason: undefined }],
    }),
  ]);
  expect(text).not.toContain("<script>");
  expect(text).toContain("&#60;script&#62;");
  expect(text).toContain("a&#38;b");
});
