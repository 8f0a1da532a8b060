import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { GetCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import { expect, onTestFinished, test } from "vitest";
import { LedgerTable } from "../../../lib/ledger/table.ts";
import { region } from "../../../local/environment.ts";
import { openTestLedger, somebody } from "../../support/dynamodb.ts";

const { table, client } = await openTestLedger();
const missing = { TableName: table.name, Key: { pk: "x", sk: "y" } };

test("a condition that does not hold is no failure", async () => {
  const pk = somebody();
  const put = () =>
    table.won((document) =>
      document.send(
        new PutCommand({
          TableName: table.name,
          Item: { pk, sk: "s", left: undefined },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      ),
    );
  expect(await put()).toBeDefined();
  expect(await put()).toBeUndefined();
});

test("whatever DynamoDB refuses may work later, told without what was asked", async () => {
  const elsewhere = new LedgerTable("no-such-table", client);
  const asked = elsewhere.run((document) =>
    document.send(new GetCommand({ ...missing, TableName: elsewhere.name, Key: { pk: "ann@example.com", sk: "s" } })),
  );
  await expect(asked).rejects.toMatchObject({
    name: "RetryLater",
    reason: "ledger_unavailable",
    message: "the ledger answered ResourceNotFoundException",
  });
});

test("a table that cannot be reached may be there later", async () => {
  const nobody = new DynamoDBClient({
    region,
    endpoint: "http://127.0.0.1:1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  onTestFinished(() => nobody.destroy());
  const asked = new LedgerTable("ledger", nobody).won((document) => document.send(new GetCommand(missing)));
  await expect(asked).rejects.toMatchObject({ name: "RetryLater", reason: "ledger_unavailable" });
});

test("a scan meets everything, page by page", async () => {
  const pk = somebody();
  const padding = "x".repeat(300_000);
  for (const sk of ["1", "2", "3", "4"]) {
    await table.run((document) => document.send(new PutCommand({ TableName: table.name, Item: { pk, sk, padding } })));
  }
  let pages = 0;
  const met: unknown[] = [];
  for await (const items of table.scan()) {
    pages++;
    met.push(...items.filter((item) => item.pk === pk).map((item) => item.sk));
  }
  expect(met).toEqual(["1", "2", "3", "4"]);
  expect(pages).toBeGreaterThan(1);
});
