import { randomUUID } from "node:crypto";
import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { beforeEach, expect, test } from "vitest";
import { RetryLater } from "../../../lib/errors.ts";
import { reserve, type Spent } from "../../../lib/ledger/budget.ts";
import { openTestLedger } from "../../support/dynamodb.ts";
import { noon } from "../../support/events.ts";

const { table } = await openTestLedger();
const hourMs = 3_600_000;

// The budget is one item: each test begins with an empty one.
beforeEach(async () => {
  for (const name of ["act", "observe"]) {
    const Key = { pk: "BUDGET", sk: `DELETIONS#${name}` };
    await table.run((client) => client.send(new DeleteCommand({ TableName: table.name, Key })));
  }
});

/** Reserves a deletion, and tells what was seen spent. */
async function seen(person: string, now = noon, name: "act" | "observe" = "act"): Promise<Spent | undefined> {
  let last: Spent | undefined;
  await reserve(table, name, person, now, (spent) => {
    last = spent;
    return true;
  });
  return last;
}

const fewerThan = (limit: number) => (spent: Spent) => spent.reserved || spent.lastDay < limit;

test("counts the others of the last hour and the last day", async () => {
  expect(await seen("ann", noon - 25 * hourMs)).toEqual({ lastHour: 0, lastDay: 0, reserved: false });
  await seen("bob", noon - 2 * hourMs);
  await seen("cy", noon - 1);
  expect(await seen("dee")).toEqual({ lastHour: 1, lastDay: 2, reserved: false });
});

test("a retry spends nothing, and does not count against itself", async () => {
  await seen("ann");
  await seen("bob");
  expect(await seen("ann", noon + 1)).toEqual({ lastHour: 1, lastDay: 1, reserved: true });
  expect(await seen("cy")).toMatchObject({ lastDay: 2 });
});

test("a reservation of yesterday is none today", async () => {
  await seen("ann");
  expect(await seen("ann", noon + 24 * hourMs)).toMatchObject({ reserved: false, lastDay: 0 });
});

test("what is not allowed is not spent", async () => {
  expect(await reserve(table, "act", "ann", noon, () => false)).toBe(false);
  expect(await seen("bob")).toMatchObject({ lastDay: 0 });
});

test("observing spends from a budget of its own", async () => {
  await seen("ann", noon, "observe");
  expect(await seen("bob", noon, "act")).toMatchObject({ lastDay: 0 });
  expect(await seen("cy", noon, "observe")).toMatchObject({ lastDay: 1 });
});

test("a hundred at once never spend more than one after the other could", { timeout: 60_000 }, async () => {
  const limit = 10;
  const tryAgain = async (person: string): Promise<boolean> => {
    for (;;) {
      try {
        return await reserve(table, "act", person, noon, fewerThan(limit));
      } catch (error) {
        if (!(error instanceof RetryLater) || error.reason !== "budget_contended") throw error;
      }
    }
  };
  const people = Array.from({ length: 100 }, () => randomUUID());
  const reserved = await Promise.all(people.map(tryAgain));
  expect(reserved.filter((stands) => stands)).toHaveLength(limit);
  expect(await seen("ann")).toMatchObject({ lastDay: limit });
});

test("one person's retries at once spend once", async () => {
  const stand = await Promise.all(Array.from({ length: 10 }, () => reserve(table, "act", "ann", noon, fewerThan(1))));
  expect(stand).toEqual(Array(10).fill(true));
  expect(await seen("bob")).toMatchObject({ lastDay: 1 });
});
