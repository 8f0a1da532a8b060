import { expect, it } from "vitest";
import { consequence } from "../../../console/attention/consequence.ts";
import { eventOf } from "../../support/workbench.ts";

it.each([
  ["HELD", "leaver", "deletion_budget", "deleted at Arize, for ever"],
  ["HELD", "changed", "possible_replay", "may end with the person deleted"],
  ["HELD", "leaver", "protected_email", "only the configuration"],
  ["HELD", "joiner", "email_change", "every other guard still counts"],
  ["HELD", "leaver", "unknown_person", "unless something explained the id"],
  ["PARKED", "joiner", "blocked_forever", "can never be invited again"],
  ["PARKED", "mover", "too_old", "parked again unless its cause was mended"],
] as const)("%s %s for %s", (shelf, kind, reason, said) => {
  expect(consequence(shelf, { event: eventOf(kind, "ada@example.com"), reason })).toContain(said);
});
