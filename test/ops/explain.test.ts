import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it, onTestFinished } from "vitest";
import { LedgerTable } from "../../lib/ledger/table.ts";
import { createLedger } from "../../local/dynamodb.ts";
import { oktaHook } from "../../local/signed-requests.ts";
import { explain } from "../../ops/explain.ts";
import { workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();

/** Has a hook of Okta's explained that says somebody left ten minutes ago. */
async function explainLeaver(headers: readonly string[] = []) {
  const folder = mkdtempSync(join(tmpdir(), "explain-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "hook.json");
  const hook = oktaHook({ eventType: "user.lifecycle.deactivate", email: ada, published: minutesAgo(10) });
  writeFileSync(file, JSON.stringify(hook));
  return explain({ file, source: "okta", headers });
}

async function everything(table: LedgerTable) {
  const items: Record<string, unknown>[] = [];
  for await (const page of table.scan()) items.push(...page);
  return items;
}

describe("explaining a leaver", () => {
  it("in a ledger that was restored tells that it will be held, and leaves the ledger as it is", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    expect((await explainLeaver()).rows).toMatchObject([{ outcome: "would_delete" }]);

    const table = new LedgerTable("restored");
    await createLedger(new DynamoDBClient({}), table.name);
    const origin = { pk: "LEDGER", sk: "ORIGIN", table: bench.table.name };
    await table.run((client) => client.send(new PutCommand({ TableName: table.name, Item: origin })));
    process.env.LEDGER_TABLE_NAME = table.name;
    const held = [{ outcome: "would_hold", reason: "ledger_restored" }];
    expect((await explainLeaver()).rows).toMatchObject(held);
    expect(await everything(table)).toEqual([origin]);

    // The worker's own start notices it for good.
    await (await bench.restart()).reconcile({ mode: "due" });
    expect((await explainLeaver()).rows).toMatchObject(held);
  });

  it("in a ledger that nobody has written yet writes nothing", async () => {
    const bench = await workbench();
    await explainLeaver();
    expect(await everything(bench.table)).toEqual([]);
  });
});

describe("a hook that does not verify", () => {
  const headers = ["authorization:not-the-secret"];

  it("is answered as the door would: by whose fault it is", async () => {
    await workbench();
    expect(await explainLeaver(headers)).toMatchObject({
      door: [expect.stringContaining("not verified, answered 401: ")],
      letIn: false,
    });
    expect((await explainLeaver()).door).toEqual([expect.stringContaining("not verified: there are no headers")]);
    process.env.SOURCE_SECRET_IDS = '{"okta":"not-filled-yet"}';
    expect(await explainLeaver(headers)).toMatchObject({
      door: [expect.stringContaining("not verified, answered 503: secret not-filled-yet is empty")],
      letIn: false,
    });
    process.env.SOURCE_SECRET_IDS = "{}";
    expect((await explainLeaver(headers)).door).toEqual(["not verified, answered 503: secret_not_configured"]);
  });
});
