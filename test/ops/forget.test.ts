import { inspect } from "node:util";
import { ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { readPointer, writePointer } from "../../lib/ledger/pointers.ts";
import { writeRun } from "../../lib/ledger/runs.ts";
import { listShelved, shelve } from "../../lib/ledger/shelf.ts";
import { forget } from "../../ops/forget.ts";
import { describeForgotten } from "../../ops/forgotten.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const grace = "grace@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const person = { name: "Ada Lovelace", externalId: "00u-ada" };
const outcomes = async (bench: Workbench, email = ada) => (await bench.trail(email)).map(({ outcome }) => outcome);

/** Everything in the ledger as text. */
async function contents(bench: Workbench): Promise<string> {
  const { Items } = await bench.table.run((client) => client.send(new ScanCommand({ TableName: bench.table.name })));
  return inspect(Items, { depth: null, maxArrayLength: null, maxStringLength: null });
}

/** Ada was spoken of before she joined, has joined and left; Grace is there. */
async function gone(): Promise<Workbench> {
  const bench = await workbench();
  await bench.deliver([eventOf("mover", ada, { occurredAt: at(-10), person })]);
  await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-9), person })]);
  await bench.deliver([eventOf("joiner", grace, { person: { externalId: "00u-grace" } })]);
  await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-7), person })]);
  return bench;
}

describe("forgetting somebody", () => {
  it("leaves no address, name or id of theirs in the ledger and on the dead-letter queues, and all of the others'", async () => {
    const bench = await gone();
    const byId = { ...eventOf("mover", ada), source: "okta", person: { externalId: "00u-nobody" } };
    await bench.deliver([byId]);
    await bench.deliver([eventOf("joiner", ada, { person: { ...person, role: "admin" }, source: "workos" })]);
    await bench.deliver([eventOf("reinstate", ada, { effectiveAt: at(60) })]);
    await bench.queue.deadLetterMalformed("changes", "m1", `{"email":"${ada}"}`);
    const lingering = [{ userId: "u1", email: ada, leftAt: 1 }];
    await writeRun(bench.table, "full", {
      cursor: "c",
      users: 1,
      lingering,
      trusted: true,
      sources: {},
      at: Date.now(),
    });

    const forgotten = await forget(bench, " Ada@Example.com ", "test");
    expect(forgotten.erased).toEqual({ history: 5, waiting: 2, idsAtSources: 1, deadLetters: 2 });
    const left = await contents(bench);
    expect(left).not.toMatch(/ada@|Lovelace|00u-ada/i);
    expect(left).not.toContain(bench.fake.users().find(({ email }) => email === ada)?.id);
    expect(left).toContain("00u-grace");
    expect(left).toContain(bench.identity.person(ada));
    expect(await bench.take("changesDeadLetters")).toEqual([]);
    expect(await outcomes(bench)).toEqual(["forgotten"]);
    expect(await outcomes(bench, grace)).toEqual(["invited"]);
    expect((await listShelved(bench.table, "HELD")).map(({ event }) => event.id)).toEqual([byId.id]);
  });

  it("is undone by nothing that comes late", async () => {
    const bench = await gone();
    await forget(bench, ada, "test");
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-8) }), eventOf("mover", ada, { person })]);
    expect(await outcomes(bench)).toEqual(expect.arrayContaining(["forgotten", "stale", "none"]));
    bench.fake.reset();
    bench.fake.seed({ email: ada });
    expect(await bench.reconcile({ mode: "full", dryRun: true })).toMatchObject({
      plan: [{ wants: "remove", email: ada }],
    });
  });

  it("can be done twice, and about somebody of whom nothing is known", async () => {
    const bench = await gone();
    await forget(bench, ada, "test");
    expect((await forget(bench, ada, "test")).erased).toMatchObject({ history: 1, idsAtSources: 0 });
    expect((await forget(bench, "nobody@example.com", "test")).erased).toMatchObject({ history: 0 });
  });

  it("finds what was filed under an id only", async () => {
    const bench = await workbench();
    const byId = { ...eventOf("joiner", ada), person: { externalId: "00u-ada" } };
    await bench.deliver([byId]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-9), person }), eventOf("leaver", ada, { person })]);
    expect((await forget(bench, ada, "test")).erased).toMatchObject({ history: 3, waiting: 1, idsAtSources: 1 });
    expect(await contents(bench)).not.toContain("00u-ada");
  });
});

describe("nobody is forgotten", () => {
  it("who has an account as far as the ledger knows", async () => {
    const bench = await gone();
    await expect(forget(bench, grace, "test")).rejects.toThrow("send a leaver first");
    expect(await outcomes(bench, grace)).toEqual(["invited"]);
  });

  it.each([
    ["held", { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } }, {}],
    ["planned", undefined, { effectiveAt: at(60) }],
  ] as const)("whose leaver is %s, until that is decided", async (_, guards, more) => {
    const bench = await workbench(guards && { config: { guards } });
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada, more);
    await bench.deliver([leaver]);
    await expect(forget(bench, ada, "test")).rejects.toThrow(`decide first what waits: ${leaver.id}`);
    if (guards === undefined) return;
    await dismiss(bench, "HELD", leaver.id, word);
    expect((await forget(bench, ada, "test")).erased).toMatchObject({ waiting: 0 });
  });

  it.each(["suspend", "changed", "mover"] as const)(
    "whose %s by id only waits, and may take access away",
    async (kind) => {
      const bench = await workbench();
      const byId = { ...eventOf(kind, ada), person: { externalId: "00u-ada" } };
      await shelve(
        bench.table,
        "PARKED",
        { event: byId, person: bench.identity.group(byId), reason: "source_refused" },
        0,
      );
      await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-9), person }), eventOf("leaver", ada, { person })]);
      await expect(forget(bench, ada, "test")).rejects.toThrow(`decide first what waits: ${byId.id}`);
    },
  );

  it("whose former address an event of another address names", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { person }), eventOf("leaver", ada, { person })]);
    const mover = eventOf("mover", grace, { person: { externalId: "00u-ada" } });
    await bench.deliver([mover]);
    await expect(forget(bench, ada, "test")).rejects.toThrow(mover.id);
  });

  it("by what is no address", async () => {
    const bench = await workbench();
    await expect(forget(bench, "ada", "test")).rejects.toThrow("that is no email address");
  });
});

describe("another address of the same person", () => {
  it("is named, and keeps its id at the source", async () => {
    const bench = await gone();
    const renamed = "ada.king@example.com";
    const mover = eventOf("mover", renamed, { person });
    await bench.deliver([mover]);
    await putBack(bench, "HELD", mover.id, word);
    await bench.deliver(await bench.take("changes"));
    const forgotten = await forget(bench, ada, "test");
    expect(forgotten.otherAddresses).toEqual([renamed]);
    expect(describeForgotten(forgotten).join("\n")).toContain(`known as ${renamed}: forget that address too`);
    const left = await contents(bench);
    expect(left).not.toMatch(/ada@/);
    expect(left).toContain(renamed);
  });

  it("is kept among several, as far as it is not the one to forget", async () => {
    const bench = await gone();
    const [email, between] = ["ada.lovelace@example.com", "ada.king@example.com"];
    await writePointer(bench.table, "standard", "00u-ada", { email, formerEmails: [ada, between] });
    expect((await forget(bench, between, "test")).otherAddresses).toEqual([email, ada]);
    expect(await readPointer(bench.table, "standard", "00u-ada")).toEqual({ email, formerEmails: [ada] });
    await bench.deliver([eventOf("leaver", email, { person })]);
    await expect(forget(bench, ada, "test")).rejects.toThrow("decide first what waits");
  });
});
