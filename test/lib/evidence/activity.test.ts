import { expect, onTestFinished, test } from "vitest";
import { AuditLogsClient } from "../../../lib/arize/audit-logs-client.ts";
import { addActivity } from "../../../lib/evidence/activity.ts";
import { evidenceEntry } from "../../support/evidence.ts";
import { fakeArize, testKey } from "../../support/fake-arize.ts";

async function asked(options: { auditLogging: boolean }) {
  const fake = await fakeArize();
  fake.change(options);
  const client = new AuditLogsClient({ baseUrl: fake.url, token: async () => testKey });
  onTestFinished(() => client.close());
  return { fake, client };
}
const around = () => ({
  happenedAt: new Date(Date.now() - 60_000).toISOString(),
  goneAt: new Date(Date.now() + 60_000).toISOString(),
});

test("tells what somebody did until they were gone, and that others did nothing", async () => {
  const { fake, client } = await asked({ auditLogging: true });
  fake.did({ userId: "ann", operation: "exportDataset" });
  const entries = [evidenceEntry({ userId: "ann", ...around() }), evidenceEntry({ userId: "bo", ...around() })];
  const told = await addActivity(client, entries);
  expect(told.map(({ activity }) => activity)).toEqual([[expect.objectContaining({ operation: "exportDataset" })], []]);
});

test("says that there is no audit log, and asks no more", async () => {
  const { fake, client } = await asked({ auditLogging: false });
  const told = await addActivity(client, [evidenceEntry(), evidenceEntry()]);
  expect(told.map(({ activity }) => activity)).toEqual([
    "audit logging is not enabled",
    "audit logging is not enabled",
  ]);
  expect(fake.calls()["GET /v2/audit-logs"]).toBe(1);
});

test("says that Arize could not be asked; who was not removed is not asked about", async () => {
  const { fake, client } = await asked({ auditLogging: true });
  fake.fault({ status: 503, times: null });
  const { goneAt: _, ...held } = evidenceEntry({ outcome: "held" });
  const told = await addActivity(client, [held, evidenceEntry()]);
  expect(told.map(({ activity }) => activity)).toEqual(["not asked", "could not be asked"]);
});
