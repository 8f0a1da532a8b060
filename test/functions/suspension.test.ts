import { describe, expect, it } from "vitest";
import { claim, noteSuspended } from "../../lib/ledger/claim.ts";
import { listDue } from "../../lib/ledger/due.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { readState, versionOf } from "../../lib/ledger/state.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaRequest } from "../../local/signed-requests.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { stopNext } from "../support/gate.ts";
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

/** An account admin makes a developer of Ada again, at Arize. */
async function giveByHand(bench: Workbench): Promise<void> {
  const url = `http://127.0.0.1:${bench.fake.port}/v2/users/${person(bench)?.id}`;
  const headers = { authorization: `Bearer ${localSecrets[secretIds.arize]}`, "content-type": "application/json" };
  await fetch(url, { method: "PATCH", headers, body: JSON.stringify({ is_developer: true }) });
  expect(person(bench)?.isDeveloper).toBe(true);
}
const word = { by: "test", note: "a false alarm" };
const forbidden = { route: "PATCH /v2/users/{id}", status: 403 };
const noBudget = { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };
const plannedFor = async (bench: Workbench) => (await due(bench)).map(({ effectiveAt }) => effectiveAt);
const inHours = (event: { occurredAt: string }, hours: number) =>
  new Date(Date.parse(event.occurredAt) + hours * 3_600_000).toISOString();

describe("a deletion is planned", () => {
  it("although the worker died right after it had noted the suspension, and nothing was to be cut", async () => {
    const bench = await workbench({ config: { ...config, roles: [] } });
    bench.fake.seed({ email: ada, is_developer: false });
    const event = eventOf("suspend", ada, { occurredAt: later(-30) });
    const lease = { person: bench.identity.person(ada), event, token: "died" };
    await claim(bench.table, { ...lease, version: versionOf(event), now: 0, leaseMs: 1 });
    const { id, source } = event;
    await noteSuspended(bench.table, lease, {
      at: Date.parse(event.occurredAt),
      event: id,
      source,
      isDeveloper: false,
    });
    await bench.deliver([event], { receives: 2 });
    expect(await plannedFor(bench)).toEqual([inHours(event, 72)]);
  });

  it("once: another suspend meanwhile puts it off no further, and takes what was given in between", async () => {
    const bench = await joined();
    const [first, second] = [-30, -20].map((seconds) => eventOf("suspend", ada, { occurredAt: later(seconds) }));
    if (first === undefined || second === undefined) throw new Error("there are two");
    await bench.deliver([first]);
    await giveByHand(bench);
    await bench.deliver([second]);
    expect(person(bench)?.isDeveloper).toBe(false);
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-10) })]);
    const suspends = (await bench.trail(ada)).filter(({ kind }) => kind === "suspend");
    expect(suspends.map(({ outcome }) => outcome)).toEqual(["suspended", "suspended", "none"]);
    expect(await plannedFor(bench)).toEqual([inHours(first, 72)]);
  });

  it("again for who leaves again, after the first deletion was held and dismissed", async () => {
    const bench = await joined({ config: { ...soon, ...noBudget } });
    await bench.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    await whenDue(bench);
    const [held] = await listShelved(bench.table, "HELD");
    await dismiss(bench, "HELD", held?.event.id ?? "", word);
    const acting = await bench.restart(config);
    const second = eventOf("suspend", ada, { occurredAt: later(-10) });
    await acting.deliver([second]);
    expect(await plannedFor(bench)).toEqual([inHours(second, 72)]);
  });

  it("for somebody who is not at Arize: whoever gets there meanwhile is cut, and then deleted", async () => {
    const bench = await workbench({ config });
    const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
    await bench.deliver([suspend]);
    expect(await ends(bench)).toEqual(["suspended already_absent"]);
    expect(await plannedFor(bench)).toEqual([inHours(suspend, 72)]);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: later(-10) })]);
    expect(person(bench)).toMatchObject({ isDeveloper: true });
    expect(await due(bench)).toEqual([]);
  });
});

describe("a creation that comes after a suspend had looked", () => {
  it("is followed by another suspend, and what that takes can be given back", async () => {
    const bench = await workbench({ config: { ...config, roles: [] }, environment: { LEASE_MS: "200" } });
    const other = await bench.restart();
    const creating = stopNext(bench.fake, "POST /v2/users", "before");
    const joining = bench.deliver([eventOf("joiner", ada, { occurredAt: later(-60) })]);
    await creating.reached;
    const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
    await expect.poll(() => other.deliver([suspend])).toEqual([]);
    creating.open();
    expect(await joining).toEqual([]);
    expect(person(bench)?.isDeveloper).toBe(true);
    const compensation = await bench.take("leavers");
    expect(compensation).toMatchObject([{ source: "compensation", kind: "suspend" }]);
    await other.deliver(compensation);
    expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: false });
    expect(await plannedFor(bench)).toEqual([inHours(suspend, 72)]);
    await other.deliver([eventOf("reinstate", ada, { occurredAt: later(-10) })]);
    expect(person(bench)?.isDeveloper).toBe(true);
  });

  it("waits while the suspend is still at work", async () => {
    const bench = await workbench({ config: { ...config, roles: [] }, environment: { LEASE_MS: "2000" } });
    const other = await bench.restart();
    const joiner = eventOf("joiner", ada, { occurredAt: later(-60) });
    const lost = { person: bench.identity.person(ada), event: joiner, version: versionOf(joiner), token: "died" };
    await claim(bench.table, { ...lost, now: 0, leaseMs: 1 });
    const looking = stopNext(bench.fake, "GET /v2/users", "after");
    const suspending = other.deliver([eventOf("suspend", ada, { occurredAt: later(-30) })]);
    await looking.reached;
    bench.fake.seed({ email: ada });
    expect(await bench.deliver([joiner], { receives: 2 })).toEqual([joiner.id]);
    looking.open();
    await suspending;
    expect(await bench.deliver([joiner], { receives: 3 })).toEqual([]);
    await bench.deliver(await bench.take("leavers"));
    expect(person(bench)?.isDeveloper).toBe(false);
  });
});

describe("a suspend that is dismissed", () => {
  it("is over, with the deletion that it had planned", async () => {
    const bench = await joined({ config: soon });
    bench.fake.fault(forbidden);
    const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
    await bench.deliver([suspend]);
    const [planned] = await due(bench);
    await dismiss(bench, "PARKED", suspend.id, word);
    expect(await due(bench)).toEqual([]);
    expect(await readState(bench.table, bench.identity.person(ada))).not.toHaveProperty("suspended");
    // It may be on the queue already, and so may be a copy of the suspend.
    if (planned === undefined) throw new Error("its deletion was planned");
    await bench.deliver([{ ...planned, attempt: 1 }, suspend]);
    expect(person(bench)).toMatchObject({ status: "invited", isDeveloper: true });
    expect(await ends(bench)).toEqual(expect.arrayContaining(["duplicate", "overtaken"]));
    await bench.deliver([eventOf("mover", ada, { person: { name: "Ada King" } })]);
    expect(await ends(bench)).toContain("updated");
  });

  it("leaves alone what another suspend did", async () => {
    const bench = await joined();
    bench.fake.fault(forbidden);
    const [first, second] = [-30, -20].map((seconds) => eventOf("suspend", ada, { occurredAt: later(seconds) }));
    if (first === undefined || second === undefined) throw new Error("there are two");
    await bench.deliver([first]);
    await bench.deliver([second]);
    await dismiss(bench, "PARKED", first.id, word);
    expect(await due(bench)).toHaveLength(1);
    const state = await readState(bench.table, bench.identity.person(ada));
    expect(state).toHaveProperty("suspended");
  });
});

it("a suspend of somebody with a status that nobody knows is held, and done once it is released", async () => {
  const bench = await workbench({ config });
  bench.fake.seed({ email: ada });
  bench.fake.fault({ route: "GET /v2/users", unknownStatus: "SUSPENDED", times: null });
  const suspend = eventOf("suspend", ada, { occurredAt: later(-30) });
  await bench.deliver([suspend]);
  expect(await ends(bench)).toEqual(["held unknown_status"]);
  await putBack(bench, "HELD", suspend.id, word);
  await bench.deliver(await bench.take("leavers"));
  expect(person(bench)?.isDeveloper).toBe(false);
  expect(await due(bench)).toHaveLength(1);
});

it("is what an event type means where the configuration says so", async () => {
  const okta = { everyone: true, kinds: { "user.lifecycle.suspend": "suspend" as const } };
  const bench = await joined({ config: { ...config, sources: { okta, standard: {} } } });
  const secret = localSecrets[secretIds.okta];
  await bench.ingest(oktaRequest({ eventType: "user.lifecycle.suspend", email: ada, secret }));
  await bench.deliver(await bench.take("leavers"));
  expect(person(bench)?.isDeveloper).toBe(false);
});
