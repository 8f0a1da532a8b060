import { parse } from "csv-parse/sync";
import { expect, test } from "vitest";
import { toCsv } from "../../../lib/evidence/csv.ts";
import { at } from "../../support/events.ts";
import { evidenceEntry } from "../../support/evidence.ts";

test("has a heading, and a line for each entry that CSV readers understand", () => {
  const words = [{ outcome: "released", by: 'cy "the boss"', at: at(0), reason: "deletion_budget", note: "" }];
  const records = parse(toCsv([evidenceEntry({ email: "ann@example.com", words }), evidenceEntry()]), {
    columns: true,
  });
  expect(records).toMatchObject([
    {
      email: "ann@example.com",
      outcome: "removed",
      ms_to_gone: "1500",
      request_id: "req-404",
      decided_by: `released by cy "the boss" at ${at(0)}`,
    },
    { email: "" },
  ]);
});

test("holds nothing that a spreadsheet would take for a formula", () => {
  expect(toCsv([evidenceEntry({ event: "=1+1" })])).toContain(`"'=1+1"`);
});
