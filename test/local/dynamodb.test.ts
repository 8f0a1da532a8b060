import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import dynalite from "dynalite";
import { afterEach, expect, test } from "vitest";
import { createLedger, startDynamoDB } from "../../local/dynamodb.ts";
import { ledgerTable, urlOf } from "../../local/environment.ts";
import { closeServer, listenOn } from "../../local/listen.ts";

const credentials = { accessKeyId: "local", secretAccessKey: "local" };
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function start(path?: string) {
  const database = await startDynamoDB({ port: 0, path });
  const client = new DynamoDBClient({ region: "us-east-1", endpoint: urlOf(database.port), credentials });
  const close = async () => {
    client.destroy();
    await database.close();
  };
  return { database, client, close };
}

const item = { pk: { S: "PERSON#1" }, sk: { S: "STATE" } };
const read = new GetItemCommand({ TableName: ledgerTable, Key: item });
const write = new PutItemCommand({ TableName: ledgerTable, Item: { ...item, seen: { N: "1" } } });

test("has the ledger's table, and keeps it", async () => {
  const path = join(mkdtempSync(join(tmpdir(), "ledger-")), "ledger");
  const first = await start(path);
  await first.client.send(write);
  await first.close();
  const second = await start(path);
  closing.push(second.close);
  expect(await second.client.send(read)).toMatchObject({ Item: { seen: { N: "1" } } });
});

test("waits until the table can be used", async () => {
  const server = dynalite({ createTableMs: 100 });
  const client = new DynamoDBClient({ region: "us-east-1", endpoint: urlOf(await listenOn(server, 0)), credentials });
  closing.push(async () => {
    client.destroy();
    await closeServer(server);
  });
  await createLedger(client, ledgerTable);
  await client.send(write);
  expect(await client.send(read)).toMatchObject({ Item: { seen: { N: "1" } } });
});

test("names a taken port", async () => {
  const first = await start();
  closing.push(first.close);
  const again = startDynamoDB({ port: first.database.port });
  await expect(again).rejects.toMatchObject({ name: "PortTaken", port: first.database.port });
});

test("survives a client that goes away in the middle of a request", async () => {
  const { database, client, close } = await start();
  closing.push(close);
  const socket = connect(database.port, "127.0.0.1");
  socket.write("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n{");
  await once(socket, "connect");
  // The request is under way once a later one on another connection is answered.
  await client.send(write);
  socket.resetAndDestroy();
  await client.send(write);
  expect(await client.send(read)).toMatchObject({ Item: { seen: { N: "1" } } });
});
