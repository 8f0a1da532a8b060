import { describe, expect, it } from "vitest";
import { noteOpen, openEvents } from "../../lib/ledger/open.ts";
import { findShelved, markReleased, type Shelf, shelve } from "../../lib/ledger/shelf.ts";
import { readState } from "../../lib/ledger/state.ts";
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

describe("an event that was dismissed while its attempts were on the queue", () => {
  const aMinuteAgo = () => new Date(Date.now() - 60_000).toISOString();
  const fiveDaysAgo = () => Date.now() - 5 * 86_400_000;
  const statusOf = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.status;

  /** Ada's leaver, parked before it was ever claimed, and put back so often; its attempts, newest first. */
  async function redriven(times: number) {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada);
    await bench.deliver([leaver], { sentAt: fiveDaysAgo() });
    const connection = await operator();
    for (let time = 0; time < times; time++) await putBack(connection, "PARKED", leaver.id, word);
    const attempts = (await bench.take("leavers")).toSorted((a, b) => b.attempt - a.attempt);
    expect(attempts).toHaveLength(times);
    return { bench, connection, leaver, attempts };
  }

  it("deletes nobody, whichever of them comes first, though it was never claimed", async () => {
    const { bench, connection, leaver, attempts } = await redriven(2);
    await dismiss(connection, "PARKED", leaver.id, word);
    for (const attempt of attempts) await bench.deliver([attempt]);
    await bench.deliver([leaver], { receives: 2 });
    expect(statusOf(bench)).toBe("active");
    const ends = (await bench.trail(ada)).filter(({ reason }) => reason === "dismissed");
    expect(ends.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ["none", 1],
      ["none", 2],
    ]);
    await bench.deliver([eventOf("leaver", ada)]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("holds no plan up, and waits nowhere", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const back = eventOf("reinstate", ada);
    await bench.deliver([back], { sentAt: fiveDaysAgo() });
    await putBack(await operator(), "PARKED", back.id, word);
    const paused = await bench.restart({ mode: "paused" });
    const [again] = await bench.take("changes");
    if (again === undefined) throw new Error("it was to be queued");
    expect(await paused.deliver([again])).toEqual([back.id]);
    await dismiss(await operator(), "PARKED", back.id, word);
    // Another worker puts it back just then.
    const person = bench.identity.person(ada);
    await noteOpen(bench.table, person, back.id, { kind: "reinstate", at: Date.parse(back.occurredAt) });
    expect(await paused.deliver([again], { receives: 2 })).toEqual([]);
    expect(openEvents(await readState(bench.table, person))).toEqual([]);
    expect(await waiting(await operator(), "PARKED")).toEqual([]);
  });

  it("is over although what it was held for has gone, and it was held under another name", async () => {
    const bench = await workbench();
    const person = { externalId: "00u1" };
    const byId = { ...eventOf("leaver", ada), person };
    await bench.deliver([byId]);
    const connection = await operator();
    await putBack(connection, "HELD", byId.id, word);
    await dismiss(connection, "HELD", byId.id, word);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: aMinuteAgo(), person })]);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("invited");
    const again = (await bench.trail(ada)).filter(({ event }) => event === byId.id);
    expect(again).toMatchObject([{ outcome: "none", reason: "dismissed", attempt: 1 }]);
  });

  it("is over on both shelves when one attempt came to the other one", async () => {
    const { bench, connection, leaver, attempts } = await redriven(2);
    const [second, first] = attempts;
    if (first === undefined || second === undefined) throw new Error("two attempts were to be queued");
    const holding = await bench.restart(noBudget);
    await holding.deliver([first]);
    expect(await findShelved(bench.table, "HELD", leaver.id)).toMatchObject({ event: { attempt: 1 } });
    await dismiss(connection, "HELD", leaver.id, word);
    for (const shelf of ["HELD", "PARKED"] as const) expect(await waiting(connection, shelf)).toEqual([]);
    expect(await findShelved(bench.table, "PARKED", leaver.id)).toBeUndefined();
    const spending = await bench.restart({});
    await spending.deliver([second]);
    expect(statusOf(bench)).toBe("active");
  });

  it("goes through when a worker had it in hand, put it on the shelf after that, and it is redriven again", async () => {
    const { bench, connection, leaver, attempts } = await redriven(1);
    await dismiss(connection, "PARKED", leaver.id, word);
    const [event = leaver] = attempts;
    const late = { event, person: bench.identity.person(ada), reason: "too_old" };
    await shelve(bench.table, "PARKED", late, Date.now());
    await putBack(connection, "PARKED", leaver.id, word);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });

  it("does not keep the source's next event of the same id from being redriven", async () => {
    const { bench, connection, leaver } = await redriven(1);
    await dismiss(connection, "PARKED", leaver.id, word);
    const now = new Date().toISOString();
    await bench.deliver([{ ...leaver, occurredAt: now, receivedAt: now }], { sentAt: fiveDaysAgo() });
    await putBack(connection, "PARKED", leaver.id, word);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });
});
