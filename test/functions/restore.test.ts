import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { BatchWriteCommand, DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { acceptRestore } from "../../lib/ledger/origin.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { createLedger } from "../../local/dynamodb.ts";
import { putBack } from "../../ops/shelves.ts";
import { eventOf, type Handlers, type Workbench, workbench } from "../support/workbench.ts";

/** The ledger was restored to a moment in the past: its marks have gone back, and nobody may be deleted for that. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const inMs = (ms: number) => new Date(Date.now() + ms).toISOString();
const statusOf = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.status;

interface Restored extends Handlers {
  table: LedgerTable;
  reasons(): Promise<string[]>;
}

/** Notes what is in the ledger now; what it gives puts that into another table, and starts the functions on it. */
async function snapshot(bench: Workbench): Promise<() => Promise<Restored>> {
  // The ledger of a system that has been running.
  await bench.reconcile({ mode: "due" });
  const raw = new DynamoDBClient({});
  const client = DynamoDBDocumentClient.from(raw);
  const { Items = [] } = await client.send(new ScanCommand({ TableName: bench.table.name }));
  return async () => {
    const table = new LedgerTable("restored");
    await createLedger(raw, table.name);
    for (let start = 0; start < Items.length; start += 25) {
      const puts = Items.slice(start, start + 25).map((Item) => ({ PutRequest: { Item } }));
      await client.send(new BatchWriteCommand({ RequestItems: { [table.name]: puts } }));
    }
    process.env.LEDGER_TABLE_NAME = table.name;
    const handlers = await bench.restart();
    return { ...handlers, table, reasons: async () => (await listShelved(table, "HELD")).map(({ reason }) => reason) };
  };
}

async function workAll(bench: Workbench, handlers: Handlers): Promise<void> {
  for (const lane of ["leavers", "changes"] as const) await handlers.deliver(await bench.take(lane));
}

describe("after a restore nobody is deleted", () => {
  it("who had left, and whose return is forgotten, by the daily listing", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-10) })]);
    const restore = await snapshot(bench);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-5) })]);
    const restored = await restore();
    expect(await restored.reconcile({ mode: "full" })).toMatchObject({ queued: 1 });
    await workAll(bench, restored);
    expect(statusOf(bench)).toBe("invited");
    expect(await restored.reasons()).toEqual(["ledger_restored"]);
  });

  it("whose last day was called off", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-10), effectiveAt: inMs(1_500) })]);
    const restore = await snapshot(bench);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: at(-5) })]);
    const restored = await restore();
    await expect.poll(() => restored.reconcile({ mode: "due" }), { timeout: 10_000 }).toMatchObject({ queued: 1 });
    await workAll(bench, restored);
    expect(statusOf(bench)).toBe("active");
    expect(await restored.reasons()).toEqual(["ledger_restored"]);
  });

  it("whose leaver was still queued when they came back", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada, { occurredAt: at(-10) });
    const restore = await snapshot(bench);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: at(-5) })]);
    const restored = await restore();
    expect(await restored.deliver([leaver])).toEqual([]);
    expect(statusOf(bench)).toBe("active");
  });

  it("who leaves one group, and whose other one is forgotten", async () => {
    const groups = ["00gA", "00gB"];
    const change = (of: string, verb: "added" | "removed", minutes: number) =>
      eventOf(verb === "added" ? "joiner" : "leaver", ada, {
        source: "okta",
        occurredAt: at(minutes),
        membership: { of: `group:${of}`, change: verb, among: groups.map((id) => `group:${id}`) },
      });
    const bench = await workbench({ config: { sources: { okta: { groups } } } });
    await bench.deliver([change("00gA", "added", -9), change("00gB", "added", -8), change("00gB", "removed", -7)]);
    const restore = await snapshot(bench);
    await bench.deliver([change("00gB", "added", -6)]);
    const restored = await restore();
    await restored.deliver([change("00gA", "removed", 1)]);
    expect(statusOf(bench)).toBe("invited");
    expect(await restored.reasons()).toEqual(["ledger_restored"]);
  });
});

describe("a restored ledger", () => {
  it("lets go who leaves from then on, and whom an operator releases", async () => {
    const bench = await workbench();
    for (const email of [ada, "grace@example.com"]) bench.fake.seed({ email });
    const restored = await (await snapshot(bench))();
    const old = eventOf("leaver", "grace@example.com", { occurredAt: at(-1) });
    await restored.deliver([old]);
    expect(await restored.reasons()).toEqual(["ledger_restored"]);
    await restored.deliver([eventOf("leaver", ada)]);
    expect(statusOf(bench)).toBe("inactive");
    await putBack({ ...bench, table: restored.table }, "HELD", old.id, word);
    await workAll(bench, restored);
    expect(bench.fake.users().filter(({ status }) => status === "inactive")).toHaveLength(2);
  });

  it("is like any other once it is accepted", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const restored = await (await snapshot(bench))();
    await restored.reconcile({ mode: "due" });
    await acceptRestore(restored.table);
    await restored.deliver([eventOf("leaver", ada, { occurredAt: at(-1) })]);
    expect(statusOf(bench)).toBe("inactive");
  });
});
