import { createHash } from "node:crypto";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it, vi } from "vitest";
import { findShelved, listShelved, markReleased, shelve } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";

/** Puts a message on a dead-letter queue the way SQS itself does it: with the group that it had on its lane. */
async function giveUp(body: string, group: string, lane: "LEAVERS" | "CHANGES" = "CHANGES"): Promise<void> {
  const client = new SQSClient({ useQueueUrlAsEndpoint: false });
  await client.send(
    new SendMessageCommand({
      QueueUrl: process.env[`${lane}_DLQ_URL`],
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: createHash("sha256").update(body).digest("hex"),
    }),
  );
}

async function run(remainingMs = 50_000): Promise<unknown> {
  const { handler } = await import("../../functions/dead-letters.ts");
  return Reflect.apply(handler, undefined, [{}, { getRemainingTimeInMillis: () => remainingMs }]);
}

const parked = async ({ table }: Workbench) =>
  (await listShelved(table, "PARKED")).map(({ event, reason }) => [event.id, reason]);
const giveUpEvent = (event: LifecycleEvent, { identity }: Workbench) =>
  giveUp(JSON.stringify(event), identity.group(event), event.kind === "leaver" ? "LEAVERS" : "CHANGES");

describe("what SQS gave up", () => {
  it("is parked in the ledger, told in the person's history, counted once, and left where it is", async () => {
    const bench = await workbench();
    const events = [eventOf("joiner", ada), eventOf("leaver", "bob@example.com")];
    for (const event of events) await giveUpEvent(event, bench);
    expect(await run()).toEqual({ recorded: 2 });
    expect((await parked(bench)).sort()).toEqual(events.map(({ id }) => [id, "dead_lettered"]).sort());
    expect(await bench.trail(ada)).toMatchObject([
      { event: events[0]?.id, attempt: 0, outcome: "parked", reason: "dead_lettered", mode: "act" },
    ]);
    await vi.waitFor(async () => expect(await bench.take("changesDeadLetters")).toEqual([events[0]]), {
      timeout: 10_000,
    });
  });

  it("is not counted again by the next look", async () => {
    const bench = await workbench();
    const event = eventOf("joiner", ada);
    await giveUpEvent(event, bench);
    await run();
    await giveUp(`${JSON.stringify(event)} `, "another group");
    expect(await run()).toEqual({ recorded: 0 });
    expect(await bench.trail(ada)).toHaveLength(1);
  });

  it("does not keep one that cannot be recorded from showing the others", async () => {
    const bench = await workbench();
    await giveUpEvent(eventOf("joiner", ada), bench);
    const broken = eventOf("joiner", "bob@example.com", { person: { externalId: "00u1" } });
    const pointer = { pk: "SOURCE#standard#00u1", sk: "POINTER", email: 7 };
    await bench.table.run((client) => client.send(new PutCommand({ TableName: bench.table.name, Item: pointer })));
    await giveUpEvent(broken, bench);
    await expect(run()).rejects.toThrow();
    expect(await parked(bench)).toHaveLength(1);
  });

  it("counts as an event that was parked", async () => {
    const bench = await workbench();
    await giveUpEvent(eventOf("joiner", ada), bench);
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    await run();
    const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)));
    write.mockRestore();
    expect(lines).toMatchObject([{ level: "error", reason: "dead_lettered" }, { EventsParked: 1 }]);
    expect(JSON.stringify(lines)).not.toContain("ada");
  });

  it("does not come back to the shelf after an operator redrove it and it went through", async () => {
    const bench = await workbench();
    const event = eventOf("joiner", ada);
    await giveUpEvent(event, bench);
    await run();
    const again = await markReleased(bench.table, "PARKED", event.id, { by: "op", note: "mended" });
    if (again === undefined) throw new Error("it was not on the shelf");
    expect(await bench.deliver([again])).toEqual([]);
    // The same attempt once more: the copy that the first look left is still hidden.
    await giveUp(`${JSON.stringify(event)} `, "another group");
    expect(await run()).toEqual({ recorded: 0 });
    expect(await parked(bench)).toEqual([]);
    expect(await bench.take("changesDeadLetters")).toEqual([]);
  });

  it("is parked anew when the redriven attempt was given up too", async () => {
    const bench = await workbench();
    const event = eventOf("joiner", ada);
    await giveUpEvent(event, bench);
    await run();
    const again = await markReleased(bench.table, "PARKED", event.id, { by: "op", note: "mended" });
    if (again === undefined) throw new Error("it was not on the shelf");
    await giveUp(JSON.stringify(again), "another group");
    expect(await run()).toEqual({ recorded: 1 });
    expect(await findShelved(bench.table, "PARKED", event.id)).toMatchObject({
      status: "waiting",
      event: { attempt: 1 },
    });
  });

  it("is not parked anew once it was dismissed, whichever attempt was given up", async () => {
    const bench = await workbench();
    const event = eventOf("leaver", ada);
    await giveUpEvent(event, bench);
    await run();
    const word = { by: "op", note: "HR was wrong" };
    await putBack(bench, "PARKED", event.id, word);
    await dismiss(bench, "PARKED", event.id, word);
    const [again] = await bench.take("leavers");
    await giveUp(JSON.stringify(again), "another group", "LEAVERS");
    expect(await run()).toEqual({ recorded: 0 });
    expect(await parked(bench)).toEqual([]);
    expect(await bench.take("leaversDeadLetters")).toEqual([]);
  });

  it("waits on one shelf only", async () => {
    const bench = await workbench();
    const event = { ...eventOf("leaver", ada), attempt: 1 };
    const held = { event, person: bench.identity.person(ada), reason: "deletion_budget" };
    await shelve(bench.table, "HELD", held, Date.now());
    await giveUpEvent(event, bench);
    await run();
    expect(await findShelved(bench.table, "HELD", event.id)).toBeUndefined();
    expect(await parked(bench)).toEqual([[event.id, "dead_lettered"]]);
  });
});

describe("copies that the worker put there", () => {
  it("are taken away once their event waits no longer, whatever missed them", async () => {
    const bench = await workbench();
    const [gone, waiting] = [eventOf("joiner", ada), eventOf("joiner", "bob@example.com")];
    await shelve(bench.table, "PARKED", { event: waiting, person: "bob", reason: "invalid" }, Date.now());
    for (const event of [gone, waiting]) await bench.queue.deadLetter(event);
    expect(await run()).toEqual({ recorded: 0 });
    await vi.waitFor(async () => expect(await bench.take("changesDeadLetters")).toEqual([waiting]), {
      timeout: 10_000,
    });
  });

  it("are taken away when a later attempt of their event waits", async () => {
    const bench = await workbench();
    const event = eventOf("leaver", ada);
    const later = { ...event, attempt: 1 };
    await shelve(bench.table, "PARKED", { event: later, person: "ada", reason: "invalid" }, Date.now());
    for (const one of [event, later]) await bench.queue.deadLetter(one);
    expect(await run()).toEqual({ recorded: 0 });
    await vi.waitFor(async () => expect(await bench.take("leaversDeadLetters")).toEqual([later]), { timeout: 10_000 });
  });

  it("are known already: neither their reason nor their history changes", async () => {
    const bench = await workbench();
    const event = eventOf("joiner", ada, { person: { role: { type: "custom", id: "role-1" } } });
    await bench.deliver([event]);
    expect(await parked(bench)).toEqual([[event.id, "role_not_allowed"]]);
    const trail = await bench.trail(ada);
    expect(await run()).toEqual({ recorded: 0 });
    expect(await parked(bench)).toEqual([[event.id, "role_not_allowed"]]);
    expect(await bench.trail(ada)).toEqual(trail);
  });

  it("of messages that were no events are not listed twice", async () => {
    const bench = await workbench();
    await bench.deliverBody("not JSON");
    expect(await run()).toEqual({ recorded: 0 });
    expect(await malformed(bench)).toHaveLength(1);
  });
});

async function malformed({ table }: Workbench) {
  const { Items = [] } = await table.run((client) =>
    client.send(
      new QueryCommand({
        TableName: table.name,
        KeyConditionExpression: "pk = :pk",
        ExpressionAttributeValues: { ":pk": "MALFORMED" },
      }),
    ),
  );
  return Items;
}

describe("messages that are no events", () => {
  it("are listed by their id, without their body", async () => {
    const bench = await workbench();
    await giveUp("ada@example.com left", "somebody", "LEAVERS");
    expect(await run()).toEqual({ recorded: 1 });
    const items = await malformed(bench);
    expect(items).toMatchObject([{ lane: "leavers", reason: "malformed_event" }]);
    expect(JSON.stringify(items)).not.toContain("ada@");
  });
});

it("what an older version could not read is parked like any other event by one that can, and may be redriven", async () => {
  const bench = await workbench();
  const event = eventOf("joiner", ada);
  await bench.queue.deadLetterMalformed("changes", "message-1", JSON.stringify(event));
  expect(await run()).toEqual({ recorded: 1 });
  expect(await parked(bench)).toEqual([[event.id, "dead_lettered"]]);
  await vi.waitFor(async () => expect(await bench.take("changesDeadLetters")).toEqual([event]), { timeout: 10_000 });
});

describe("a look", () => {
  it("goes on until it has seen everything", async () => {
    const bench = await workbench();
    const events = Array.from({ length: 25 }, (_, n) => eventOf("joiner", `person${n}@example.com`));
    for (const event of events) await giveUpEvent(event, bench);
    expect(await run()).toEqual({ recorded: 25 });
    expect(await parked(bench)).toHaveLength(25);
  });

  it("asks for nothing more when its time is nearly up", async () => {
    const bench = await workbench();
    await giveUpEvent(eventOf("joiner", ada), bench);
    expect(await run(5_000)).toEqual({ recorded: 0 });
    expect(await bench.take("changesDeadLetters")).toHaveLength(1);
  });
});
