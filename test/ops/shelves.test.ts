import { describe, expect, it } from "vitest";
import { findShelved, markReleased, type Shelf } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { selectShelved } from "../../ops/bulk.ts";
import type { Connection } from "../../ops/connection.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { readStatus } from "../../ops/status.ts";
import { operator, outputsHere } from "../support/operator.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const word = { by: "Cy", note: "HR said so" };
const noBudget = { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };

/** A workbench with a leaver of Ada's that is held, or a joiner of hers that is parked. */
async function withShelved(shelf: Shelf): Promise<{ bench: Workbench; connection: Connection; event: LifecycleEvent }> {
  const bench = await workbench({ config: noBudget });
  bench.fake.seed({ email: ada, status: shelf === "HELD" ? "active" : "inactive" });
  const event = eventOf(shelf === "HELD" ? "leaver" : "joiner", ada);
  await bench.deliver([event]);
  return { bench, connection: await operator(), event };
}

/** An operator whose SQS knows no such queue. */
async function cutOff(): Promise<Connection> {
  const { LeaversQueueUrl, ChangesQueueUrl } = outputsHere();
  return operator({ LeaversQueueUrl: `${LeaversQueueUrl}x`, ChangesQueueUrl: `${ChangesQueueUrl}x` });
}

async function lookAtDeadLetters(): Promise<void> {
  const { handler } = await import("../../functions/dead-letters.ts");
  await Reflect.apply(handler, undefined, [{}, { getRemainingTimeInMillis: () => 50_000 }]);
}

const waiting = async (connection: Connection, shelf: Shelf) =>
  (await selectShelved(connection, shelf, {})).map(({ event }) => event.id);
const anHourAgo = () => Date.now() - 3_600_000;

describe("a release that does not come to the queue", () => {
  it("leaves a held event waiting, to be released again", async () => {
    const { bench, connection, event } = await withShelved("HELD");
    await expect(putBack(await cutOff(), "HELD", event.id, word)).rejects.toMatchObject({
      reason: "queue_unavailable",
    });
    expect(await waiting(connection, "HELD")).toEqual([event.id]);
    expect(await findShelved(bench.table, "HELD", event.id)).not.toHaveProperty("by");
    expect(await putBack(connection, "HELD", event.id, { ...word, by: "Di" })).toBe(true);
    expect(await waiting(connection, "HELD")).toEqual([]);
    await bench.deliver(await bench.take("leavers"));
    const told = (await bench.trail(ada)).map(({ outcome, by }) => [outcome, by]);
    expect(told).toEqual([
      ["held", undefined],
      ["released", "Cy"],
      ["released", "Di"],
      ["removed", undefined],
    ]);
  });

  it("leaves a parked event waiting, and its dead letter where its alarm counts it", async () => {
    const { bench, connection, event } = await withShelved("PARKED");
    await expect(putBack(await cutOff(), "PARKED", event.id, word)).rejects.toThrow();
    await lookAtDeadLetters();
    expect(await waiting(connection, "PARKED")).toEqual([event.id]);
    await expect.poll(() => bench.take("changesDeadLetters"), { timeout: 10_000 }).toEqual([event]);
  });

  it("waits again an hour later when the operator's program ended in between", async () => {
    const { bench, connection, event } = await withShelved("PARKED");
    await markReleased(bench.table, "PARKED", event.id, word);
    expect(await waiting(connection, "PARKED")).toEqual([]);
    await markReleased(bench.table, "PARKED", event.id, word, anHourAgo());
    expect(await waiting(connection, "PARKED")).toEqual([event.id]);
    expect((await readStatus(connection)).parked).toMatchObject({ count: 1 });
    await lookAtDeadLetters();
    await expect.poll(() => bench.take("changesDeadLetters"), { timeout: 10_000 }).toEqual([event]);
  });
});

it("what was released and is merely observed waits again an hour later", async () => {
  const { bench, connection, event } = await withShelved("HELD");
  const observing = await bench.restart({ ...noBudget, mode: "observe" });
  const released = await markReleased(bench.table, "HELD", event.id, word, anHourAgo());
  await observing.deliver(released === undefined ? [] : [released]);
  expect((await bench.trail(ada)).at(-1)).toMatchObject({ outcome: "would_delete" });
  expect(await waiting(connection, "HELD")).toEqual([event.id]);
});

it("releasing again what is still under way does no harm", async () => {
  const { bench, connection, event } = await withShelved("HELD");
  await putBack(connection, "HELD", event.id, word);
  await putBack(connection, "HELD", event.id, word);
  const [first, second] = (await bench.take("leavers")).toSorted((a, b) => a.attempt - b.attempt);
  if (first === undefined || second === undefined) throw new Error("two attempts were to be queued");
  await bench.deliver([first]);
  expect(bench.fake.users()).toMatchObject([{}, { email: ada, status: "active" }]);
  expect(await findShelved(bench.table, "HELD", event.id)).toMatchObject({ status: "released", event: { attempt: 2 } });
  await bench.deliver([second]);
  expect(bench.fake.users()).toMatchObject([{}, { email: ada, status: "inactive" }]);
  expect(await findShelved(bench.table, "HELD", event.id)).toBeUndefined();
});

describe("a leaver that was claimed and then given up on its way", () => {
  const outcomesOf = async (bench: Workbench) =>
    (await bench.trail(ada)).map(({ outcome, reason }) => reason ?? outcome);
  const aMinuteAgo = (event: LifecycleEvent) => ({ ...event, occurredAt: new Date(Date.now() - 60_000).toISOString() });

  it("no longer counts as leaving once it is dismissed, though its shelf knows no version of it", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const leaver = aMinuteAgo(eventOf("leaver", ada));
    bench.fake.fault({ route: "DELETE /v2/users/{id}", status: 429, retryAfter: 600 });
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    // Four days later, as SQS tells when it was sent.
    await bench.deliver([leaver], { receives: 200, sentAt: Date.now() - 5 * 86_400_000 });
    const parked = await findShelved(bench.table, "PARKED", leaver.id);
    expect(parked).toMatchObject({ reason: "too_old" });
    expect(parked).not.toHaveProperty("version");
    await dismiss(await operator(), "PARKED", leaver.id, word);
    const rested = await bench.restart();
    await rested.deliver([eventOf("password.reset", ada)]);
    expect((await outcomesOf(bench)).at(-1)).toBe("reset_sent");
  });

  it("still does when the leaver that counts is another one", async () => {
    const bench = await workbench({ config: noBudget });
    bench.fake.seed({ email: ada });
    const [old, newer] = [aMinuteAgo(eventOf("leaver", ada)), eventOf("leaver", ada)];
    await bench.deliver([old], { sentAt: Date.now() - 5 * 86_400_000 });
    await bench.deliver([newer]);
    await dismiss(await operator(), "PARKED", old.id, word);
    await bench.deliver([eventOf("password.reset", ada)]);
    expect((await outcomesOf(bench)).at(-1)).toBe("leaving");
  });
});
