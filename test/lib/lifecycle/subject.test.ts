import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../lib/config.ts";
import { type Pointer, readPointer, writePointer } from "../../../lib/ledger/pointers.ts";
import { markReleased, shelve } from "../../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { Identity } from "../../../lib/lifecycle/identity.ts";
import { identify } from "../../../lib/lifecycle/subject.ts";
import { openTestLedger } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, minimalConfig, noon } from "../../support/events.ts";

const { table } = await openTestLedger();
const identity = new Identity("invented-identity-key");
const config = parseConfig(minimalConfig());
const [ann, former] = ["ann@example.com", "ann.former@example.com"];

const whoIs = (event: LifecycleEvent) => identify(event, { config, identity, table });

/** An event of Ann's, by her id at a source where nobody else is, with what the ledger knows of that id. */
async function about(person: LifecycleEvent["person"], known?: Pointer, kind: LifecycleEvent["kind"] = "mover") {
  const externalId = randomUUID();
  if (known !== undefined) await writePointer(table, "standard", externalId, known);
  return lifecycleEvent({ kind, person: { ...person, externalId } });
}

/** Holds an event and lets an operator release it; the attempt that goes on the queue. */
async function holdAndRelease(event: LifecycleEvent, reason: string, lifted: string[] = []): Promise<LifecycleEvent> {
  await shelve(table, "HELD", { event, person: identity.person(ann), reason, lifted }, noon);
  const released = await markReleased(table, "HELD", event.id, { by: "cy", note: "checked" });
  if (released === undefined) throw new Error("it was on the shelf");
  return released;
}

test("an address says who it is", async () => {
  const event = lifecycleEvent();
  expect(await whoIs(event)).toEqual({
    is: "person",
    person: identity.person(ann),
    email: ann,
    learn: undefined,
    knownEmails: [],
    lifted: [],
  });
});

test("an address with an id that is new is to be learned, by whom nothing came before", async () => {
  const event = await about({ email: ann });
  expect(await whoIs(event)).toMatchObject({ is: "person", email: ann, learn: { email: ann } });
  expect(await readPointer(table, "standard", event.person.externalId ?? "")).toBeUndefined();
});

test("an id alone is who the ledger knows by it", async () => {
  const known = { is: "person", person: identity.person(ann), email: ann, learn: undefined };
  expect(await whoIs(await about({}, { email: ann }))).toMatchObject(known);
  expect(await whoIs(await about({ email: ann }, { email: ann }))).toMatchObject(known);
});

test("an id that nobody knows is held", async () => {
  const event = await about({});
  expect(await whoIs(event)).toEqual({
    is: "held",
    person: identity.group(event),
    reason: "unknown_person",
    lifted: [],
  });
});

test("an id is of its own source only", async () => {
  const event = await about({}, { email: ann });
  expect(await whoIs({ ...event, source: "okta" })).toMatchObject({ is: "held", reason: "unknown_person" });
});

test("somebody outside the managed domains is nobody's business", async () => {
  const event = lifecycleEvent({ person: { email: "ann@example.org" } });
  expect(await whoIs(event)).toEqual({
    is: "ignored",
    person: identity.person("ann@example.org"),
    reason: "outside_managed_domains",
  });
});

describe("an address that changed", () => {
  test("is held with the old one", async () => {
    expect(await whoIs(await about({ email: ann }, { email: former }))).toEqual({
      is: "held",
      person: identity.person(ann),
      reason: "email_change",
      knownEmails: [former],
      lifted: [],
    });
  });

  test("holds a leaver too, for an operator has to say which of the two accounts is theirs", async () => {
    expect(await whoIs(await about({ email: ann }, { email: former }, "leaver"))).toMatchObject({
      is: "held",
      reason: "email_change",
      knownEmails: [former],
    });
  });

  test("passes once an operator released this very attempt", async () => {
    const event = await about({ email: ann }, { email: former });
    const released = await holdAndRelease(event, "email_change");
    expect(await whoIs(released)).toMatchObject({
      is: "person",
      email: ann,
      learn: { email: ann, formerEmails: [former] },
      lifted: ["email_change"],
    });
    expect(await whoIs({ ...event, attempt: 7 })).toMatchObject({ is: "held", lifted: [] });
    expect(await whoIs(event)).toMatchObject({ is: "held", lifted: [] });
  });

  test("does not pass when an operator released the event from something else", async () => {
    const released = await holdAndRelease(await about({ email: ann }, { email: former }, "leaver"), "deletion_budget");
    expect(await whoIs(released)).toMatchObject({ is: "held", reason: "email_change", lifted: ["deletion_budget"] });
  });

  test("passes when it was lifted before what the event was released from last", async () => {
    const event = await about({ email: ann }, { email: former }, "leaver");
    const released = await holdAndRelease(event, "deletion_budget", ["email_change"]);
    expect(await whoIs(released)).toMatchObject({ is: "person", lifted: ["email_change", "deletion_budget"] });
  });
});

describe("an address that changed before", () => {
  const changed = { email: ann, formerEmails: [former] };

  test.each([
    ["by address and id", { email: ann }, [former]],
    ["by id alone", {}, [ann, former]],
  ])("holds each leaver %s, for the account may be under the former one", async (_, person, knownEmails) => {
    for (let time = 0; time < 2; time++) {
      expect(await whoIs(await about(person, changed, "leaver"))).toMatchObject({
        is: "held",
        person: identity.person(ann),
        reason: "email_change",
        knownEmails,
      });
    }
  });

  test("lets a leaver pass once released, with nothing more to learn", async () => {
    const released = await holdAndRelease(await about({ email: ann }, changed, "leaver"), "email_change");
    expect(await whoIs(released)).toMatchObject({ is: "person", email: ann, learn: undefined });
  });

  test.each(["joiner", "mover", "reinstate", "password.reset"] as const)("holds no %s any more", async (kind) => {
    expect(await whoIs(await about({ email: ann }, changed, kind))).toMatchObject({
      is: "person",
      email: ann,
      learn: undefined,
    });
  });

  test.each([
    ["again", "ann.newest@example.com", [ann, former], [former, ann]],
    ["back", former, [ann], [ann]],
  ])(
    "and changes %s is held with all others, and once released they are kept",
    async (_, email, known, formerEmails) => {
      const event = await about({ email }, changed);
      expect(await whoIs(event)).toMatchObject({ is: "held", reason: "email_change", knownEmails: known });
      const released = await holdAndRelease(event, "email_change");
      expect(await whoIs(released)).toMatchObject({ is: "person", email, learn: { email, formerEmails } });
    },
  );

  test("and back, as the version before wrote it, still holds each leaver: which one is between is not known", async () => {
    const event = await about({ email: ann }, { email: ann, formerEmails: [ann] }, "leaver");
    expect(await whoIs(event)).toMatchObject({ is: "held", reason: "email_change" });
  });
});

describe("a release", () => {
  test.each<[string, (released: LifecycleEvent) => LifecycleEvent]>([
    ["of another person", (released) => ({ ...released, person: { email: "bob@example.com" } })],
    ["of another kind", (released) => ({ ...released, kind: "joiner" })],
    ["of another time", (released) => ({ ...released, occurredAt: at(1) })],
    ["with more in it", (released) => ({ ...released, person: { ...released.person, role: "admin" } })],
    ["of another attempt", (released) => ({ ...released, attempt: released.attempt + 1 })],
  ])("is not that of an event %s under the same id", async (_, change) => {
    const released = await holdAndRelease(lifecycleEvent({ kind: "leaver" }), "deletion_budget");
    expect(await whoIs(change(released))).toMatchObject({ lifted: [] });
    expect(await whoIs(JSON.parse(JSON.stringify(released)))).toMatchObject({ lifted: ["deletion_budget"] });
  });

  test("cannot be claimed by an attempt that says so of itself", async () => {
    const event = lifecycleEvent({ attempt: 1 });
    expect(await whoIs(event)).toMatchObject({ lifted: [] });
    await shelve(table, "HELD", { event, person: identity.person(ann), reason: "last_admin" }, noon);
    expect(await whoIs(event)).toMatchObject({ lifted: [] });
  });

  test("from the parked ones lifts nothing", async () => {
    const event = lifecycleEvent();
    await shelve(table, "PARKED", { event, person: identity.person(ann), reason: "deletion_budget" }, noon);
    const redriven = await markReleased(table, "PARKED", event.id, { by: "cy", note: "try again" });
    expect(await whoIs(redriven ?? event)).toMatchObject({ lifted: [] });
    expect(redriven?.attempt).toBe(1);
  });
});

test("who leaves under an address elsewhere is held while the ledger knows one of ours, and is nobody's business once released", async () => {
  const leaver = await about({ email: "ann@example.org" }, { email: ann }, "leaver");
  expect(await whoIs(leaver)).toMatchObject({ is: "held", reason: "email_change", knownEmails: [ann] });
  expect(await whoIs(await holdAndRelease(leaver, "email_change"))).toMatchObject({ is: "ignored" });
  const before = await about(
    { email: "ann@example.org" },
    { email: "ann@example.net", formerEmails: [ann] },
    "suspend",
  );
  expect(await whoIs(before)).toMatchObject({ is: "held", knownEmails: ["ann@example.net", ann] });
  expect(await whoIs(await about({ email: "ann@example.org" }, { email: ann }, "mover"))).toMatchObject({
    is: "ignored",
  });
  const stranger = await about({ email: "ann@example.org" }, { email: "ann@example.net" }, "leaver");
  expect(await whoIs(stranger)).toMatchObject({ is: "ignored" });
});
