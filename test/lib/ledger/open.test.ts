import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { forgetOpen, noteOpen, type OpenEvent, openEvents } from "../../../lib/ledger/open.ts";
import { readState, stateKey, stateSchema } from "../../../lib/ledger/state.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { noon } from "../../support/events.ts";

const { table } = await openTestLedger();
const open = async (person: string) => openEvents(await readState(table, person));
const joiner = (n: number, more: Partial<OpenEvent> = {}): OpenEvent => ({ kind: "joiner", at: noon + n, ...more });

test("each event is open by itself, once, and as it was noted last", async () => {
  const person = somebody();
  await noteOpen(table, person, "a", joiner(1));
  await noteOpen(table, person, "a", joiner(1, { due: noon + 9, membership: true }));
  await noteOpen(table, person, "b", { kind: "leaver", at: noon + 2 });
  expect(await open(person)).toHaveLength(2);
  await forgetOpen(table, person, "b", { kind: "leaver", at: noon + 2 });
  expect(await open(person)).toEqual([joiner(1, { due: noon + 9, membership: true })]);
});

test("an id that several events have names none of them", async () => {
  const person = somebody();
  const others = [joiner(1), joiner(2), { kind: "leaver", at: noon + 1 }] satisfies OpenEvent[];
  for (const other of others) await noteOpen(table, person, "a", other);
  for (const other of others.slice(1)) await forgetOpen(table, person, "a", other);
  expect(await open(person)).toEqual([joiner(1)]);
});

test("of more than there is room for, the newest and the latest is kept, whatever is taken back", async () => {
  const person = somebody();
  for (let n = 0; n < 20; n++) await noteOpen(table, person, `first ${n}`, joiner(n));
  const others = [joiner(50, { due: noon + 70 }), joiner(40, { due: noon + 90 }), joiner(60)];
  for (const [n, other] of others.entries()) await noteOpen(table, person, `other ${n}`, other);
  await noteOpen(table, person, "leaver", { kind: "leaver", at: noon });
  // What has its place keeps it.
  await noteOpen(table, person, "first 0", joiner(0, { due: noon + 1 }));
  for (let n = 0; n < 20; n++) await forgetOpen(table, person, `first ${n}`, joiner(n));
  for (const [n, other] of others.entries()) await forgetOpen(table, person, `other ${n}`, other);
  expect(await open(person)).toEqual([
    { kind: "reinstate", at: noon + 60, due: noon + 90 },
    { kind: "leaver", at: noon },
  ]);
});

test("what cannot be read counts as a return that is newer than anything", () => {
  const state = stateSchema.parse({ open_x: { kind: "sabbatical" } });
  expect(openEvents(state)).toEqual([{ kind: "reinstate", at: Number.POSITIVE_INFINITY }]);
});

test("nothing is written about somebody for whom nothing is open", async () => {
  const person = somebody();
  await forgetOpen(table, person, "a", joiner(1));
  const { Item } = await table.run((client) =>
    client.send(new GetCommand({ TableName: table.name, Key: stateKey(person) })),
  );
  expect(Item).toBeUndefined();
});
