import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import {
  findShelved,
  isWaiting,
  listShelved,
  markReleased,
  readShelf,
  type Shelf,
  shelve,
  takeReleaseBack,
  unshelve,
} from "../../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";
import { at, lifecycleEvent, noon } from "../../support/events.ts";

const { table } = await openTestLedger();

/** Shelves an event as a guard or a refusal does, so many milliseconds after noon. */
async function keep(
  event: LifecycleEvent,
  { shelf = "HELD", reason = "deletion_budget", ms = 0 }: { shelf?: Shelf; reason?: string; ms?: number } = {},
) {
  await shelve(table, shelf, { event, person: somebody(), reason }, noon + ms);
}

const leaver = () => lifecycleEvent({ kind: "leaver", person: { email: "ann@example.com", name: "Ann Lee" } });
const release = (id: string, by = "cy") => markReleased(table, "HELD", id, { by, note: "checked" }, noon);

describe("a shelf", () => {
  test("keeps the whole event, with why it waits", async () => {
    const event = leaver();
    const person = somebody();
    const entry = {
      event,
      person,
      reason: "email_change",
      knownEmails: ["ann.old@example.com"],
      version: noon * 2 + 1,
    };
    await shelve(table, "HELD", entry, noon);
    expect(await findShelved(table, "HELD", event.id)).toEqual({
      event,
      person,
      reason: "email_change",
      lifted: [],
      knownEmails: ["ann.old@example.com"],
      version: noon * 2 + 1,
      at: at(0),
      status: "waiting",
    });
  });

  test("tells the address that the version before knew, and has that find one", async () => {
    const [entry, known] = [{ event: leaver(), person: somebody(), reason: "email_change" }, "ann.old@example.com"];
    const item = {
      ...entry,
      pk: "HELD",
      sk: entry.event.id,
      knownEmail: known,
      at: at(0),
      attempt: 0,
      status: "waiting",
    };
    await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item: item })));
    expect(await findShelved(table, "HELD", entry.event.id)).toMatchObject({ knownEmails: [known] });
    await shelve(table, "HELD", { ...entry, knownEmails: [known, "ann@example.com"] }, noon);
    const [stored] = await table.queryAll("pk = :pk AND sk = :id", { ":pk": "HELD", ":id": entry.event.id });
    expect(stored).toMatchObject({ knownEmail: known });
  });

  test("needs no version of an event that was never claimed", async () => {
    const event = leaver();
    await shelve(table, "PARKED", { event, person: somebody(), reason: "too_old", version: undefined }, noon);
    expect(await findShelved(table, "PARKED", event.id)).not.toHaveProperty("version");
  });

  test("keeps an event once, however often it is delivered", async () => {
    const event = leaver();
    await keep(event);
    await keep(event, { ms: 5 });
    const waiting = await listShelved(table, "HELD");
    expect(waiting.filter((one) => one.event.id === event.id)).toHaveLength(1);
  });

  test("is not the other shelf", async () => {
    const event = leaver();
    await keep(event, { shelf: "PARKED", reason: "blocked_forever" });
    expect(await findShelved(table, "HELD", event.id)).toBeUndefined();
    expect(await findShelved(table, "PARKED", event.id)).toMatchObject({ reason: "blocked_forever" });
  });

  test("lists oldest first", async () => {
    const events = [leaver(), leaver(), leaver()];
    const times = [20, 0, 10];
    for (const [index, event] of events.entries()) await keep(event, { shelf: "PARKED", ms: times[index] ?? 0 });
    const ids = events.map(({ id }) => id);
    const listed = (await listShelved(table, "PARKED")).map(({ event }) => event.id).filter((id) => ids.includes(id));
    expect(listed).toEqual([ids[1], ids[2], ids[0]]);
  });

  test("lists what can be read although something beside it cannot, and tells of that", async () => {
    const [event, strange] = [leaver(), leaver()];
    await keep(event);
    const Item = { pk: "HELD", sk: strange.id, event: { ...strange, kind: "promoted" }, at: at(0), status: "waiting" };
    await table.run((document) => document.send(new PutCommand({ TableName: table.name, Item })));
    const { items, unreadable } = await readShelf(table, "HELD");
    expect(items.map((one) => one.event.id)).toContain(event.id);
    expect(unreadable).toEqual([strange.id]);
    await unshelve(table, "HELD", { ...strange, attempt: 9 });
  });

  test("gives up what is taken off it", async () => {
    const event = leaver();
    await keep(event);
    await unshelve(table, "HELD", event);
    expect(await findShelved(table, "HELD", event.id)).toBeUndefined();
    await expect(unshelve(table, "HELD", event)).resolves.toBeUndefined();
  });

  test("gives up what an earlier attempt left there", async () => {
    const event = leaver();
    await keep(event);
    await unshelve(table, "HELD", { ...event, attempt: 3 });
    expect(await findShelved(table, "HELD", event.id)).toBeUndefined();
  });

  test.each<[string, Partial<LifecycleEvent>]>([
    ["a newer attempt", { attempt: 2 }],
    ["an event of another kind", { kind: "joiner" }],
    ["an event of another time", { occurredAt: at(1) }],
  ])("keeps %s under the same id", async (_, other) => {
    const event = { ...leaver(), attempt: 1 };
    await keep({ ...event, ...other });
    await unshelve(table, "HELD", event);
    expect(await findShelved(table, "HELD", event.id)).toMatchObject({ event: { ...event, ...other } });
  });
});

describe("a release", () => {
  test("raises the attempt, and says who and why", async () => {
    const event = leaver();
    await keep(event);
    expect(await release(event.id)).toEqual({ ...event, attempt: 1 });
    expect(await findShelved(table, "HELD", event.id)).toMatchObject({
      status: "released",
      releasedAt: at(0),
      by: "cy",
      note: "checked",
      event: { attempt: 1 },
    });
  });

  test("again raises it again, so that SQS takes it", async () => {
    const event = leaver();
    await keep(event);
    await release(event.id);
    expect(await release(event.id)).toMatchObject({ attempt: 2 });
  });

  test("of what is not there is none", async () => {
    expect(await release("standard:unknown")).toBeUndefined();
    expect(await findShelved(table, "HELD", "standard:unknown")).toBeUndefined();
  });

  test("is not undone by a late copy of the attempt that was held", async () => {
    const event = leaver();
    await keep(event);
    await release(event.id);
    await keep(event);
    expect(await findShelved(table, "HELD", event.id)).toMatchObject({ status: "released", event: { attempt: 1 } });
  });

  test("that is held once more waits once more", async () => {
    const event = leaver();
    await keep(event);
    await release(event.id);
    await keep({ ...event, attempt: 1 }, { reason: "last_admin" });
    const again = await findShelved(table, "HELD", event.id);
    expect(again).toMatchObject({ status: "waiting", reason: "last_admin", event: { attempt: 1 } });
    expect(again).not.toHaveProperty("by");
  });

  test("that is held once more remembers what was lifted already", async () => {
    const event = leaver();
    await keep(event, { reason: "email_change" });
    await release(event.id);
    const again = { event: { ...event, attempt: 1 }, person: somebody(), reason: "deletion_budget" };
    await shelve(table, "HELD", { ...again, lifted: ["email_change"] }, noon);
    await release(event.id);
    const shelved = await findShelved(table, "HELD", event.id);
    expect(shelved).toMatchObject({ status: "released", lifted: ["email_change"], reason: "deletion_budget" });
  });

  test("that is taken back waits again, unless it was released once more or held meanwhile", async () => {
    const event = leaver();
    await keep(event);
    await release(event.id);
    const again = { ...event, attempt: 2 };
    expect(await release(event.id)).toEqual(again);
    await takeReleaseBack(table, "HELD", { ...event, attempt: 1 });
    expect(await findShelved(table, "HELD", event.id)).toMatchObject({ status: "released", by: "cy" });
    await takeReleaseBack(table, "HELD", again);
    const waiting = await findShelved(table, "HELD", event.id);
    expect(waiting).toMatchObject({ status: "waiting", event: again });
    expect(waiting).not.toHaveProperty("by");
    await takeReleaseBack(table, "HELD", leaver());
  });

  test.each([
    ["waiting", undefined, true],
    ["released", 3_599_999, false],
    ["released", 3_600_000, true],
    ["released by a version that did not say when", undefined, true],
  ] as const)("%s for %s ms: it is an operator's business: %s", (said, ms, expected) => {
    const status = said === "waiting" ? said : "released";
    expect(isWaiting({ status, ...(ms && { releasedAt: at(-ms) }) }, noon)).toBe(expected);
  });

  test("by two operators at once gives two attempts", async () => {
    const event = leaver();
    await keep(event);
    const released = await Promise.all([release(event.id, "cy"), release(event.id, "dee")]);
    expect(released.map((one) => one?.attempt).toSorted()).toEqual([1, 2]);
  });
});
