import { describe, expect, it } from "vitest";
import { listDue } from "../../lib/ledger/shelf.ts";
import { readState } from "../../lib/ledger/state.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaRequest } from "../../local/signed-requests.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const research = Buffer.from("Organization:1").toString("base64");
const config = {
  roles: [{ when: {}, organizations: [{ id: research, role: "member" as const }] }],
  suspension: { deleteAfterHours: 72 },
};
const soon = { ...config, suspension: { deleteAfterHours: 1 / 3_600_000 } };
const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const person = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada);
const due = async (bench: Workbench) => (await listDue(bench.table, Date.now() + 100 * 3_600_000)).events;
const ends = async (bench: Workbench) =>
  (await bench.trail(ada)).map(({ outcome, reason }) => [outcome, reason].filter(Boolean).join(" "));
/** Ada, a developer in the research organization. */
async function joined(options: Parameters<typeof workbench>[0] = { config }): Promise<Workbench> {
  const bench = await workbench(options);
  await bench.deliver([eventOf("joiner", ada, { occurredAt: later(-60) })]);
  await bench.deliver(await bench.take("changes"));
  expect(person(bench)).toMatchObject({ isDeveloper: true, memberships: { [research]: {} } });
  return bench;
}
async function whenDue(bench: Workbench): Promise<void> {
  await expect.poll(async () => (await listDue(bench.table, Date.now())).events.length).toBe(1);
  await bench.reconcile({ mode: "due" });
  await bench.deliver(await bench.take("leavers"));
}

describe("who is suspended", () => {
  it("loses what can be given back, at once, and is deleted later", async () => {
    const bench = await joined();
    const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
    await bench.deliver([suspend]);
    expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: false, memberships: {} });
    const [leaver, ...others] = await due(bench);
    expect(others).toEqual([]);
    // Received when the suspension was: a leaver that seems to have been under way for days is held as a possible replay.
    const { receivedAt } = suspend;
    expect(leaver).toMatchObject({ kind: "leaver", source: "standard", receivedAt, person: { email: ada } });
    const hours = (Date.parse(leaver?.effectiveAt ?? "") - Date.now()) / 3_600_000;
    expect(Math.round(hours)).toBe(72);
    expect(await ends(bench)).toContain("suspended");
  });

  it.each(["reinstate", "joiner"] as const)("gets all of it back by a %s, and is not deleted", async (kind) => {
    const bench = await joined();
    const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
    await bench.deliver([suspend]);
    await bench.deliver([
      eventOf("mover", ada, { occurredAt: later(-20), person: { name: "A. L.", isDeveloper: true } }),
    ]);
    expect(person(bench)?.isDeveloper).toBe(false);
    await bench.deliver([eventOf(kind, ada, { occurredAt: later(-10) })]);
    await bench.deliver(await bench.take("changes"));
    expect(person(bench)).toMatchObject({ isDeveloper: true, memberships: { [research]: {} } });
    expect(await due(bench)).toEqual([]);
    await bench.deliver([suspend]);
    expect(person(bench)?.isDeveloper).toBe(true);
    expect(await readState(bench.table, bench.identity.person(ada))).not.toHaveProperty("suspended");
  });

  it("stays suspended when a joiner comes that is older", async () => {
    const bench = await joined();
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: later(-40) })]);
    expect(person(bench)?.isDeveloper).toBe(false);
    expect(await due(bench)).toHaveLength(1);
  });

  it("is deleted when the time is up, through the guards", async () => {
    const bench = await joined({ config: soon });
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    await whenDue(bench);
    expect(person(bench)?.status).toBe("inactive");
    expect(await ends(bench)).toContain("removed");
    const none = { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } };
    const strict = await joined({ config: { ...soon, guards: none } });
    await strict.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    await whenDue(strict);
    expect(person(strict)?.status).toBe("invited");
    expect(await ends(strict)).toContain("held deletion_budget");
  });

  it("is not deleted when they came back though the cutting had failed", async () => {
    const bench = await joined({ config: soon });
    bench.fake.fault({ route: "PATCH /v2/users/{id}", status: 403 });
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    expect(await ends(bench)).toContain("parked forbidden_operation");
    await bench.deliver([eventOf("joiner", ada, { occurredAt: later(-10) })]);
    expect(await due(bench)).toEqual([]);
    expect(person(bench)?.status).toBe("invited");
  });

  it("has their keys revoked at the end, and those of services they made reported when access is cut", async () => {
    const vision = Buffer.from("Space:1").toString("base64");
    const organizations = [
      { id: research, role: "member" as const, spaces: [{ id: vision, role: "member" as const }] },
    ];
    const bench = await joined({ config: { ...soon, roles: [{ when: {}, organizations }] } });
    const id = person(bench)?.id ?? "";
    const own = bench.fake.seedKey(id);
    const service = bench.fake.seedKey(id, vision);
    bench.fake.seedKey("somebody else", vision);
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    expect(await ends(bench)).toContain(`suspended service keys remain: ${service.id}`);
    expect(bench.fake.keys().find((key) => key.id === own.id)?.status).toBe("active");
    await whenDue(bench);
    expect(bench.fake.calls()["PUT /v2/api-keys/{api_key_id}/revoke"]).toBe(1);
    expect(bench.fake.keys().map(({ status }) => status)).toEqual(["revoked", "active", "active"]);
    expect(person(bench)?.status).toBe("inactive");
  });

  it("is deleted although their keys cannot be looked at", async () => {
    const bench = await joined({ config: soon });
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    bench.fake.fault({ route: "GET /v2/api-keys", status: 403, times: null });
    await whenDue(bench);
    expect(person(bench)?.status).toBe("inactive");
  });

  it("is never somebody protected, nor the owner of the key", async () => {
    const bench = await workbench({ config });
    bench.fake.seed({ email: "root@example.com" });
    for (const email of ["root@example.com", "owner@example.com"]) await bench.deliver([eventOf("suspend", email)]);
    expect(bench.fake.users().every(({ isDeveloper }) => isDeveloper)).toBe(true);
    expect(await bench.trail("owner@example.com")).toMatchObject([{ outcome: "held", reason: "api_key_owner" }]);
    expect(await due(bench)).toEqual([]);
  });
});

it("is what an event type means where the configuration says so", async () => {
  const okta = { everyone: true, kinds: { "user.lifecycle.suspend": "suspend" as const } };
  const bench = await joined({ config: { ...config, sources: { okta, standard: {} } } });
  const secret = localSecrets[secretIds.okta];
  await bench.ingest(oktaRequest({ eventType: "user.lifecycle.suspend", email: ada, secret }));
  await bench.deliver(await bench.take("leavers"));
  expect(person(bench)?.isDeveloper).toBe(false);
});
