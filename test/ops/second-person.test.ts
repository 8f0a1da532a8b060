import { expect, test } from "vitest";
import { agreed } from "../../ops/second-person.ts";
import { openTestLedger } from "../support/dynamodb.ts";
import { noon } from "../support/events.ts";

const { table } = await openTestLedger();
const cy = { by: "cy", principal: "arn:cy" };
const di = { by: "di", principal: "arn:di" };

test("a proposal is used up by the second person, whatever the order of the events", async () => {
  expect(await agreed(table, "release", ["a", "b"], cy, noon)).toBeUndefined();
  expect(await agreed(table, "release", ["b", "a"], di, noon)).toMatchObject({ by: "cy" });
  expect(await agreed(table, "release", ["a", "b"], di, noon)).toBeUndefined();
});

test("a proposal holds for a day", async () => {
  expect(await agreed(table, "dismiss", ["a"], cy, noon)).toBeUndefined();
  expect(await agreed(table, "dismiss", ["a"], di, noon + 24 * 3_600_000)).toBeUndefined();
  expect(await agreed(table, "dismiss", ["a"], cy, noon + 25 * 3_600_000)).toMatchObject({ by: "di" });
});
