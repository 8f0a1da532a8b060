import { randomUUID } from "node:crypto";
import { inspect } from "node:util";
import { GetCommand } from "@aws-sdk/lib-dynamodb";
import { expect, test } from "vitest";
import { claim, record } from "../../../lib/ledger/claim.ts";
import { schedule } from "../../../lib/ledger/due.ts";
import { erase, eraseState, findHistory, findIds, findRuns, findWaiting } from "../../../lib/ledger/erasure.ts";
import { readPointer, writePointer } from "../../../lib/ledger/pointers.ts";
import { writeRun } from "../../../lib/ledger/runs.ts";
import { shelve } from "../../../lib/ledger/shelf.ts";
import { readState, stateKey, versionOf } from "../../../lib/ledger/state.ts";
import { noteSeen } from "../../../lib/ledger/ties.ts";
import { append, entryOf } from "../../../lib/ledger/trail.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table } = await openTestLedger();
const anyone = () => `${randomUUID()}@example.com`;

test("finds the ids of an address, now and formerly, whatever is in them and however many pages there are", async () => {
  const [email, other] = [anyone(), anyone()];
  const long = "x".repeat(1_000);
  // More than the mebibyte that one answer looks at.
  const others = Array.from({ length: 600 }, (_, n) => `${long}${n}`);
  await Promise.all(others.map((id) => writePointer(table, "okta", id, { email: `${long}@example.com` })));
  await writePointer(table, "hris", "a#b", { email });
  await writePointer(table, "okta", "00u1", { email: other, formerEmails: [anyone(), email] });
  expect((await findIds(table, email)).toSorted((a, b) => a.source.localeCompare(b.source))).toEqual([
    { key: { pk: "SOURCE#hris#a#b", sk: "POINTER" }, source: "hris", externalId: "a#b", email },
    {
      key: expect.anything(),
      source: "okta",
      externalId: "00u1",
      email: other,
      formerEmails: expect.arrayContaining([email]),
    },
  ]);
});

test("finds what waits on any shelf, and what a listing carries along", async () => {
  const [event, person, email] = [lifecycleEvent({ effectiveAt: at(1) }), somebody(), anyone()];
  await shelve(table, "HELD", { event, person, reason: "test", knownEmails: [anyone(), email] }, noon);
  await shelve(table, "PARKED", { event, person, reason: "test" }, noon);
  await schedule(table, event, person);
  await schedule(table, { ...event, id: "standard:another" }, somebody());
  const found = await findWaiting(table, (one) => one.person === person);
  expect(found.map(({ pk }) => pk).toSorted()).toEqual(["DUE", "HELD", "PARKED"]);
  expect(found.find(({ pk }) => pk === "HELD")).toMatchObject({
    knownEmails: [expect.anything(), email],
    event: { id: event.id },
  });
  const lingering = [{ userId: "u1", email: email.toUpperCase(), leftAt: noon }];
  await writeRun(table, "full", { cursor: "c", users: 1, lingering, trusted: true, sources: {}, at: noon });
  await writeRun(table, "invitations", { cursor: "c", users: 1, lingering: [], trusted: true, sources: {}, at: noon });
  expect((await findRuns(table, email)).map(({ sk }) => sk)).toEqual(["full"]);
  expect(await findRuns(table, anyone())).toEqual([]);
});

test("erases an item", async () => {
  const email = anyone();
  await writePointer(table, "okta", "00u2", { email });
  for (const { key } of await findIds(table, email)) await erase(table, key);
  expect(await readPointer(table, "okta", "00u2")).toBeUndefined();
});

test("finds a person's history, and not their state", async () => {
  const person = somebody();
  const event = lifecycleEvent();
  await claim(table, { person, event, version: versionOf(event), token: "t", now: noon, leaseMs: 1 });
  await append(table, person, { ...entryOf(event, noon), outcome: "invited" }, 400);
  expect(await findHistory(table, person)).toEqual([
    { pk: `PERSON#${person}`, sk: expect.stringContaining(`#${event.id}#0#`) },
  ]);
});

test("takes out of a state what is somebody's, and leaves what keeps them away", async () => {
  const person = somebody();
  const who = { email: "ann@example.com", externalId: "employee-7" };
  const event = lifecycleEvent({ kind: "leaver", id: "standard:ann@example.com", person: who });
  const version = versionOf(event);
  await claim(table, { person, event, version, token: "t", now: noon, leaseMs: 1 });
  const facts = {
    goneAt: at(0),
    userId: "u1",
    profile: { name: "Ann Lee" },
    invitedAt: at(-1),
    renewals: 1,
    traits: { at: noon, source: "okta", department: "Lab" },
    placed: [{ organization: "lab", role: "member" as const }],
    suspended: { at: noon, isDeveloper: true },
  };
  await record(table, { person, event, token: "t" }, facts, version);
  await noteSeen(table, person, { source: "some-hr", externalId: "employee-8", at: noon });
  await eraseState(table, person);
  const state = await readState(table, person);
  const left = { mark_membership: version, done_membership: version, goneAt: at(0), said_standard: version };
  expect(state).toMatchObject(left);
  expect(inspect(state)).not.toMatch(/ann|Ann|u1|invitedAt|renewals|employee|seen_|traits|placed|suspended/);
  const late = lifecycleEvent({ kind: "joiner", occurredAt: at(-1) });
  const request = { person, event: late, version: versionOf(late), token: "t", now: noon + 2, leaseMs: 1 };
  expect(await claim(table, request)).toMatchObject({ claimed: false, why: "stale" });
});

test("makes no state for somebody who has none", async () => {
  const person = somebody();
  await eraseState(table, person);
  const get = new GetCommand({ TableName: table.name, Key: stateKey(person) });
  expect((await table.run((client) => client.send(get))).Item).toBeUndefined();
});
