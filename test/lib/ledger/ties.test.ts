import { describe, expect, test } from "vitest";
import { claim } from "../../../lib/ledger/claim.ts";
import { readState, versionOf } from "../../../lib/ledger/state.ts";
import {
  cameFrom,
  contradictions,
  externalIdAt,
  externalIdsAt,
  lastWord,
  noteSeen,
  seenAt,
} from "../../../lib/ledger/ties.ts";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table } = await openTestLedger();

async function claimed(person: string, event: LifecycleEvent, observed = false) {
  const version = versionOf(event);
  await claim(table, { person, event, version, token: event.id, now: Date.now(), leaseMs: 0, observed });
  return readState(table, person);
}
const okta = (kind: LifecycleEvent["kind"], ms: number) =>
  lifecycleEvent({
    source: "okta",
    kind,
    occurredAt: at(ms),
    person: { email: "ann@example.com", externalId: "00u1" },
  });

test("a claim writes down the id at the source, and what it said of their membership", async () => {
  const person = somebody();
  let state = await claimed(person, okta("mover", 0));
  expect([externalIdAt(state, "okta"), lastWord(state, "okta")]).toEqual(["00u1", undefined]);
  state = await claimed(person, okta("joiner", 1));
  expect(lastWord(state, "okta")).toBe("joined");
  state = await claimed(person, okta("leaver", 2));
  expect(lastWord(state, "okta")).toBe("left");
  expect(lastWord(await claimed(person, okta("joiner", 1)), "okta")).toBe("left");
  expect(externalIdAt(state, "bamboohr")).toBeUndefined();
});

test("what is merely observed is no word", async () => {
  const state = await claimed(somebody(), okta("joiner", 0), true);
  expect([externalIdAt(state, "okta"), lastWord(state, "okta")]).toEqual(["00u1", undefined]);
});

test("a listing writes down the id, and when it had them", async () => {
  const person = somebody();
  await noteSeen(table, person, { source: "okta", externalId: "00u2", at: noon });
  const state = await readState(table, person);
  expect([externalIdAt(state, "okta"), seenAt(state, "okta")]).toEqual(["00u2", noon]);
});

test("every id that somebody ever had at a source is kept", async () => {
  const person = somebody();
  await claimed(person, okta("joiner", 0));
  await noteSeen(table, person, { source: "okta", externalId: "00u2", at: noon });
  const state = await readState(table, person);
  expect(externalIdsAt(state, "okta").sort()).toEqual(["00u1", "00u2"]);
  expect(externalIdsAt(state, "bamboohr")).toEqual([]);
});

describe("who has come from a source", () => {
  test.each([
    ["said that they joined", { said_okta: 20 }, true],
    ["said that they left", { said_okta: 21, seen_okta: noon }, false],
    ["said nothing and listed them", { seen_okta: noon }, true],
    ["only has an id for them", { id_okta: "00u1" }, false],
    ["is another one", { said_bamboohr: 20, seen_workos: noon }, false],
  ])("is told by whether it %s", (_, state, came) => {
    expect(cameFrom(state, "okta")).toBe(came);
  });
});

describe("sources contradict an event when their last word was the opposite", () => {
  const state = { said_okta: 20, said_bamboohr: 22, said_workos: 25, said_operator: 30 };
  test.each([
    ["okta", "leaver", ["bamboohr"]],
    ["finch", "leaver", ["bamboohr", "okta"]],
    ["okta", "joiner", ["workos"]],
    ["okta", "reinstate", ["workos"]],
    ["okta", "mover", []],
    ["operator", "leaver", ["bamboohr", "okta"]],
  ] as const)("as those of %s's %s", (source, kind, others) => {
    expect(contradictions(state, { source, kind })).toEqual(others);
  });
});
