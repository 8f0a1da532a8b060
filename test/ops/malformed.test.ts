import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { expect, it } from "vitest";
import { listMalformed } from "../../lib/ledger/malformed.ts";
import { dismissMalformed, listMalformedMessages } from "../../ops/malformed.ts";
import { operator } from "../support/operator.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const settled = { timeout: 15_000 };

/** A message that the worker could not read, one that SQS gave up itself, and a parked event beside them. */
async function withMalformed(): Promise<Workbench> {
  const bench = await workbench();
  await bench.deliverBody(JSON.stringify({ ...eventOf("joiner", ada), kind: "promoted" }));
  const client = new SQSClient({ useQueueUrlAsEndpoint: false });
  const QueueUrl = process.env.LEAVERS_DLQ_URL;
  const moved = { MessageBody: `${ada} left`, MessageGroupId: "somebody", MessageDeduplicationId: "moved" };
  await client.send(new SendMessageCommand({ QueueUrl, ...moved }));
  bench.fake.seed({ email: ada, status: "inactive" });
  await bench.deliver([eventOf("joiner", ada)]);
  return bench;
}

it("lists what no version could read, by the ids of the ledger, and nothing of what it says", async () => {
  const bench = await withMalformed();
  const [known] = await listMalformed(bench.table);
  const rows = await listMalformedMessages(bench);
  expect(rows).toMatchObject([
    { lane: "leavers", problem: "the message is not JSON" },
    { id: known, lane: "changes", problem: expect.stringMatching(/^kind: expected one of joiner/) },
  ]);
  expect(JSON.stringify(rows)).not.toContain("ada@");
  for (const { since } of rows) expect(Math.abs(Date.parse(String(since)) - Date.now())).toBeLessThan(60_000);
  // A look hides nothing from the next one, once SQS shows the messages again.
  await expect.poll(() => listMalformedMessages(bench), settled).toEqual(rows);
});

it("deletes one for good, and no other", async () => {
  const bench = await withMalformed();
  const connection = await operator();
  for (const { id } of await listMalformedMessages(connection)) {
    await expect.poll(() => dismissMalformed(connection, String(id)), settled).toBe(true);
  }
  expect(await dismissMalformed(connection, "unknown")).toBe(false);
  expect(await listMalformed(bench.table)).toEqual([]);
  await expect.poll(() => bench.take("changesDeadLetters"), settled).toMatchObject([{ kind: "joiner" }]);
  expect(await bench.take("leaversDeadLetters")).toEqual([]);
});
