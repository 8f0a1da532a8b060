import { expect, onTestFinished, test } from "vitest";
import { AuditLogsClient } from "../../../lib/arize/audit-logs-client.ts";
import { fakeArize, serve, testKey } from "../../support/fake-arize.ts";

function auditLogs(baseUrl: string): AuditLogsClient {
  const client = new AuditLogsClient({ baseUrl, token: async () => testKey });
  onTestFinished(() => client.close());
  return client;
}
const always = { from: "2000-01-01T00:00:00.000Z", to: "2100-01-01T00:00:00.000Z" };

test("tells what one user did, newest first, over all pages", async () => {
  const fake = await fakeArize();
  fake.change({ auditLogging: true });
  for (let n = 0; n < 150; n++) fake.did({ userId: "ann", operation: `read${n}` });
  fake.did({ userId: "bo", operation: "other" });
  const logs = await auditLogs(fake.url).list({ userId: "ann", ...always });
  expect(logs).toHaveLength(150);
  expect(logs[0]).toEqual({ id: expect.any(String), type: "query", operation: "read149", at: expect.any(String) });
});

test("looks only between two moments", async () => {
  const fake = await fakeArize();
  fake.change({ auditLogging: true });
  fake.did({ userId: "ann", operation: "before" });
  const from = new Date(Date.now() + 3_600_000).toISOString();
  fake.advance(2 * 3_600_000);
  fake.did({ userId: "ann", operation: "after" });
  const logs = await auditLogs(fake.url).list({ userId: "ann", from, to: always.to });
  expect(logs.map(({ operation }) => operation)).toEqual(["after"]);
});

test("is refused where there is no audit log", async () => {
  const fake = await fakeArize();
  await expect(auditLogs(fake.url).list({ userId: "ann", ...always })).rejects.toMatchObject({ kind: "permission" });
});

test("does not follow a list that runs in a circle", async () => {
  const page = { logs: [], pagination: { has_more: true, next_cursor: "again" } };
  const url = await serve((_request, response) => response.end(JSON.stringify(page)));
  const asked = auditLogs(url).list({ userId: "ann", ...always });
  await expect(asked).rejects.toMatchObject({ errorCode: "cursor_repeated" });
});

test("leaves out what somebody worked with, and from where", async () => {
  const fake = await fakeArize();
  fake.change({ auditLogging: true });
  fake.did({ userId: "ann", operation: "read" });
  const [log] = await auditLogs(fake.url).list({ userId: "ann", ...always });
  expect(Object.keys(log ?? {}).toSorted()).toEqual(["at", "id", "operation", "type"]);
});
