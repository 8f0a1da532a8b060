import { randomUUID } from "node:crypto";
import { expect, test } from "vitest";
import { collectEvidence } from "../../../lib/evidence/collect.ts";
import { writePointer } from "../../../lib/ledger/pointers.ts";
import { append } from "../../../lib/ledger/trail.ts";
import { Identity } from "../../../lib/lifecycle/identity.ts";
import { openTestLedger } from "../../support/dynamodb.ts";
import { at } from "../../support/events.ts";
import { removedLine } from "../../support/evidence.ts";

const { table } = await openTestLedger();
const identity = new Identity("a key of the test's own");
const everything = { redact: false, goalMs: 300_000 };

/** Somebody who was removed; with an id at a source, so that the ledger knows their address. */
async function removed(receivedAt: string, { known = true } = {}) {
  const email = `${randomUUID()}@example.com`;
  const person = identity.person(email);
  const event = `okta:${randomUUID()}`;
  await append(table, person, removedLine({ event, receivedAt }), 400);
  if (known) await writePointer(table, "okta", randomUUID(), { email });
  return { email, person, event };
}

test("finds the leavers of a period, in the order in which they came, with the addresses that the ledger knows", async () => {
  const [second, first] = [await removed(at(5_000)), await removed(at(4_000), { known: false })];
  await removed(at(3_999));
  await removed(at(6_000));
  const entries = await collectEvidence(table, identity, { ...everything, from: at(4_000), to: at(6_000) });
  expect(entries).toMatchObject([
    { event: first.event, person: first.person },
    { event: second.event, email: second.email },
  ]);
  expect(entries[0]).not.toHaveProperty("email");
});

test("leaves the addresses out when it is told to", async () => {
  const { person, event, email } = await removed(at(20_000));
  const word = { outcome: "released", by: "Cy (role/cy@example.com)", note: `${email} did leave` };
  await append(table, person, removedLine({ event, receivedAt: at(20_000), ...word }), 400);
  const [entry] = await collectEvidence(table, identity, {
    ...everything,
    redact: true,
    from: at(20_000),
    to: at(20_001),
  });
  expect(entry).toMatchObject({
    person,
    words: [{ by: expect.stringContaining("Cy (role/[email]"), note: "[email] did leave" }],
  });
  expect(JSON.stringify(entry)).not.toContain("@example.com");
});

test("tells everything of one person, whenever it was, and nothing of their arrival", async () => {
  const { email, person, event } = await removed(at(30_000), { known: false });
  await append(
    table,
    person,
    removedLine({ event: "okta:joined", kind: "joiner", action: "create", outcome: "invited" }),
    400,
  );
  const entries = await collectEvidence(table, identity, { ...everything, email });
  expect(entries).toMatchObject([{ event, email }]);
});
