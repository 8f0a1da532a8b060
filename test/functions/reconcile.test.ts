import { describe, expect, it, vi } from "vitest";
import { readListing, writeListing } from "../../lib/ledger/listing.ts";
import { readLastRuns, writeRun } from "../../lib/ledger/runs.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const day = 24 * 3_600_000;
const statusOf = (bench: Workbench, email = ada) => bench.fake.users().find((user) => user.email === email)?.status;

describe("the invitations sweep", () => {
  it("renews an expired invitation through the queue, and mails once", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { person: { name: "Ada" } })]);
    bench.fake.advance(8 * day);
    expect(statusOf(bench)).toBe("expired");
    await bench.reconcile({ mode: "invitations" });
    const queued = await bench.take("changes");
    expect(queued).toMatchObject([{ kind: "invitation.renew", source: "reconcile", person: { email: ada } }]);
    await bench.deliver(queued);
    expect(statusOf(bench)).toBe("invited");
    expect(bench.fake.mails()[ada]).toMatchObject({ invitation: 2 });
  });

  it("lists both statuses in pages of a hundred, and plans without doing in a dry run", async () => {
    const bench = await workbench();
    for (let n = 0; n < 150; n++) bench.fake.seed({ email: `user${n}@example.com`, status: "expired" });
    for (let n = 0; n < 60; n++) bench.fake.seed({ email: `active${n}@example.com` });
    const { users, plan } = Object(await bench.reconcile({ mode: "invitations", dryRun: true }));
    expect(users).toBe(150);
    expect(plan).toHaveLength(150);
    expect(bench.fake.calls()).toEqual({ "GET /v2/users": 2 });
    expect(await bench.take("changes")).toEqual([]);
  });

  it("gives up after the configured number of renewals, and reports", async () => {
    const bench = await workbench({ config: { invitations: { maxRenewals: 1, renewalGapHours: 1 } } });
    await bench.deliver([eventOf("joiner", ada)]);
    bench.fake.advance(8 * day);
    await bench.reconcile({ mode: "invitations" });
    await bench.deliver(await bench.take("changes"));
    bench.fake.advance(8 * day);
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    const plan = await bench.reconcile({ mode: "invitations", dryRun: true });
    const dry = write.mock.calls.join("");
    await bench.reconcile({ mode: "invitations" });
    const real = write.mock.calls.join("");
    write.mockRestore();
    expect(plan).toMatchObject({ plan: [{ wants: "abandoned" }] });
    expect(dry).not.toContain("InvitationsAbandoned");
    expect(real).toContain('"InvitationsAbandoned":1');
    expect(statusOf(bench)).toBe("expired");
  });

  it("never renews somebody who left, nor anybody outside the managed domains", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@elsewhere.example", status: "expired" });
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.seed({ email: ada, status: "expired" });
    expect(await bench.reconcile({ mode: "invitations", dryRun: true })).toMatchObject({ users: 2, plan: [] });
  });

  it("reminds once", async () => {
    const bench = await workbench({ config: { invitations: { remindAfterHours: 1e-9 } } });
    bench.fake.seed({ email: ada, status: "invited" });
    await bench.reconcile({ mode: "invitations" });
    await bench.deliver(await bench.take("changes"));
    expect(bench.fake.mails()[ada]).toMatchObject({ resend: 1 });
    await bench.reconcile({ mode: "invitations" });
    expect(await bench.take("changes")).toEqual([]);
  });

  it("writes down its last run, a dry one never", async () => {
    const bench = await workbench();
    await bench.reconcile({ mode: "full", dryRun: true });
    expect(await readLastRuns(bench.table)).toEqual([]);
    await bench.reconcile({ mode: "full" });
    await bench.reconcile({ mode: "due" });
    expect(await readLastRuns(bench.table)).toMatchObject([
      { mode: "due", outcome: "finished", users: 0, queued: 0 },
      { mode: "full", outcome: "finished", users: 1, queued: 0 },
    ]);
  });

  it("begins anew after a cursor that Arize refuses", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, status: "expired" });
    const run = { users: 7, lingering: [], trusted: true, sources: {}, at: Date.now() };
    await writeRun(bench.table, "invitations", { ...run, cursor: "none of Arize's" });
    await expect(bench.reconcile({ mode: "invitations" })).rejects.toThrow();
    expect(await bench.reconcile({ mode: "invitations" })).toMatchObject({ finished: true, users: 1, queued: 1 });
  });

  it("waits out a 429 between two pages", async () => {
    const bench = await workbench();
    for (let n = 0; n < 150; n++) bench.fake.seed({ email: `user${n}@example.com`, status: "expired" });
    bench.fake.fault({ route: "GET /v2/users", skip: 1, status: 429, retryAfter: 0 });
    expect(await bench.reconcile({ mode: "invitations", dryRun: true })).toMatchObject({ users: 150 });
  });
});

describe("the full listing", () => {
  const seedMany = (bench: Workbench, count: number) => {
    for (let n = 0; n < count; n++) bench.fake.seed({ email: `user${n}@example.com` });
  };

  it("counts everybody for the budget", async () => {
    const bench = await workbench();
    seedMany(bench, 120);
    expect(await bench.reconcile({ mode: "full" })).toMatchObject({ users: 121, trusted: true });
    expect(await readListing(bench.table)).toMatchObject({ users: 121 });
  });

  it("sends a leaver for somebody who is still there although they left, through the guards", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { occurredAt: new Date(Date.now() - 2000).toISOString() })]);
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.reset();
    bench.fake.seed({ email: ada });
    await bench.reconcile({ mode: "full" });
    const queued = await bench.take("leavers");
    expect(queued).toMatchObject([{ kind: "leaver", source: "reconcile", person: { email: ada } }]);
  });

  it.each([
    ["is cut short", { truncatedPage: "no_cursor" }],
    ["runs in a circle", { repeatedCursor: true }],
    ["names a status that is not known", { unknownStatus: "SUSPENDED" }],
  ] as const)("that %s is not believed and removes nobody", async (_, fault) => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.seed({ email: ada });
    seedMany(bench, 150);
    bench.fake.fault({ route: "GET /v2/users", times: null, ...fault });
    expect(await bench.reconcile({ mode: "full" })).toMatchObject({ trusted: false });
    expect(await bench.take("leavers")).toEqual([]);
    expect(await readListing(bench.table)).toBeUndefined();
  });

  it("that shrank too much is not believed until an operator says so", async () => {
    const bench = await workbench();
    await writeListing(bench.table, { users: 100, at: new Date().toISOString() });
    seedMany(bench, 10);
    expect(await bench.reconcile({ mode: "full" })).toMatchObject({ trusted: false });
    expect(await readListing(bench.table)).toMatchObject({ users: 100 });
    expect(await bench.reconcile({ mode: "full", acceptShrink: true })).toMatchObject({ trusted: true });
    expect(await readListing(bench.table)).toMatchObject({ users: 11 });
  });

  it("that shrank too much removes nobody, not even who had left, until an operator says so", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.seed({ email: ada });
    await writeListing(bench.table, { users: 100, at: new Date().toISOString() });
    expect(await bench.reconcile({ mode: "full" })).toMatchObject({ trusted: false, queued: 0 });
    expect(await bench.take("leavers")).toEqual([]);
    expect(await bench.reconcile({ mode: "full", acceptShrink: true })).toMatchObject({ trusted: true, queued: 1 });
  });

  it("refuses a request that is none, and does nothing while paused", async () => {
    const bench = await workbench({ config: { mode: "paused" } });
    await expect(bench.reconcile({ mode: "everything" })).rejects.toThrow("mode: expected one of");
    expect(await bench.reconcile({ mode: "full" })).toEqual({ skipped: "paused" });
  });
});
