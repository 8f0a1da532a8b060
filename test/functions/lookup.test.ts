import { describe, expect, it, vi } from "vitest";
import { listDue } from "../../lib/ledger/due.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { oktaHook } from "../../local/signed-requests.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** What a source says when it is asked decides: what a hint means, whom a thin event is about, whether somebody is deleted. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const statusOf = (bench: Workbench, email = ada) => bench.fake.users().find((user) => user.email === email)?.status;
const ends = async (bench: Workbench, email = ada) =>
  (await bench.trail(email)).map(({ outcome, reason, lookup }) => [outcome, reason, lookup].filter(Boolean).join(" "));
const held = async (bench: Workbench) => (await listShelved(bench.table, "HELD")).map(({ reason }) => reason);

const okta = { everyone: true, api: { baseUrl: "https://example.okta.com" } };
const bamboohr = { api: { baseUrl: "https://example.bamboohr.com" } };
const readable = { config: { sources: { okta, bamboohr, standard: {} } } };
const person = { email: ada, name: "Ada Lovelace", active: true };

const oktaEvent = (kind: LifecycleEvent["kind"], minutes: number, more: Partial<LifecycleEvent> = {}) =>
  eventOf(kind, ada, { source: "okta", occurredAt: at(minutes), person: { externalId: "00u1" }, ...more });

/** An event that names somebody by their id only. */
function thin(kind: LifecycleEvent["kind"], minutes = 0, source = "bamboohr"): LifecycleEvent {
  const event = eventOf(kind, ada, { source, occurredAt: at(minutes) });
  return { ...event, person: { externalId: "71" } };
}

describe("somebody who left under another address", () => {
  it("is held where that is nobody's we manage and their account is under one that is", async () => {
    const bench = await workbench(readable);
    await bench.deliver([thin("joiner", -3)].map((event) => ({ ...event, person: { ...event.person, email: ada } })));
    bench.sources.put("bamboohr", "71", { ...person, email: "ada@example.org", active: false });
    await bench.deliver([thin("changed")]);
    expect(statusOf(bench)).toBe("invited");
    expect(await held(bench)).toEqual(["email_change"]);
  });
});

it("a hint that fails for minutes counts as a leaver that waits, since it may be one", async () => {
  const bench = await workbench(readable);
  bench.fake.seed({ email: ada });
  bench.sources.put("bamboohr", "71", { ...person, active: false });
  bench.fake.fault({ route: "DELETE /v2/users/{id}", times: null, status: 503 });
  const written = vi.spyOn(process.stdout, "write");
  const waiting = () => written.mock.calls.filter(([text]) => /"LeaversWaiting":1/.test(String(text))).length;
  await bench.deliver([{ ...thin("changed"), receivedAt: at(-4) }]);
  expect(waiting()).toBe(0);
  await bench.deliver([{ ...thin("changed"), receivedAt: at(-6) }]);
  expect(waiting()).toBe(1);
});

describe("before a deletion the source is asked", () => {
  it("and somebody who is still active there is held, not deleted", async () => {
    const bench = await workbench(readable);
    bench.fake.seed({ email: ada });
    bench.sources.put("okta", "00u1", person);
    await bench.deliver([oktaEvent("leaver", 0)]);
    expect(statusOf(bench)).toBe("active");
    expect(await held(bench)).toEqual(["source_disagrees"]);
    expect(await ends(bench)).toEqual(["held source_disagrees active"]);
    expect(bench.sources.calls()).toEqual([{ source: "okta", route: "GET /api/v1/users/{id}", status: 200 }]);
  });

  it.each([
    ["inactive", (bench: Workbench) => bench.sources.put("okta", "00u1", { ...person, active: false })],
    ["gone", () => {}],
  ])("and who is %s there is deleted", async (said, set) => {
    const bench = await workbench(readable);
    bench.fake.seed({ email: ada });
    set(bench);
    await bench.deliver([oktaEvent("leaver", 0)]);
    expect(statusOf(bench)).toBe("inactive");
    expect(await ends(bench)).toEqual([`removed ${said}`]);
  });

  it("about every id that was ever theirs: one that is none of theirs proves nothing", async () => {
    const bench = await workbench(readable);
    await bench.deliver([oktaEvent("joiner", -3)]);
    bench.sources.put("okta", "00u1", person);
    bench.sources.put("okta", "00u9", { ...person, email: "somebody.else@example.com", active: false });
    for (const externalId of ["00u404", "00u9"]) {
      await bench.deliver([oktaEvent("leaver", externalId === "00u9" ? -1 : -2, { person: { externalId } })]);
    }
    expect(statusOf(bench)).toBe("invited");
    expect(await held(bench)).toEqual(["source_disagrees", "source_disagrees"]);
  });

  it("and who is inactive there under another address is somebody else", async () => {
    const bench = await workbench(readable);
    bench.fake.seed({ email: ada });
    bench.sources.put("okta", "00u9", { ...person, email: "somebody.else@example.com", active: false });
    await bench.deliver([oktaEvent("leaver", 0, { person: { externalId: "00u9" } })]);
    expect(statusOf(bench)).toBe("active");
    expect(await ends(bench)).toEqual(["held source_disagrees inactive"]);
  });

  it("and nothing happens while it does not answer", async () => {
    const bench = await workbench(readable);
    bench.fake.seed({ email: ada });
    const leaver = oktaEvent("leaver", 0);
    for (const status of [500, 503, 429, 401, 403, 404, 302]) {
      bench.sources.fault({ source: "okta", status });
      expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    }
    expect(statusOf(bench)).toBe("active");
    expect(await ends(bench)).toEqual([]);
    expect(await bench.deliver([leaver])).toEqual([]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("not where nobody is to be deleted, nor where it cannot be read", async () => {
    const bench = await workbench({ config: { sources: { okta: { everyone: true }, bamboohr, standard: {} } } });
    bench.fake.seed({ email: ada });
    await bench.deliver([thin("leaver")]);
    await bench.deliver([eventOf("leaver", "nobody@example.com", { source: "okta", person: { externalId: "00u2" } })]);
    await bench.deliver([oktaEvent("leaver", 0)]);
    expect(statusOf(bench)).toBe("inactive");
    expect(bench.sources.calls().filter(({ source }) => source === "okta")).toEqual([]);
  });

  it("and who cannot be asked about is held where the configuration says so", async () => {
    const sources = { okta: { everyone: true, unconfirmedLeavers: "hold" as const }, standard: {} };
    const bench = await workbench({ config: { sources } });
    bench.fake.seed({ email: ada });
    const leaver = oktaEvent("leaver", 0);
    await bench.deliver([leaver]);
    expect(await held(bench)).toEqual(["unconfirmed"]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });

  it("but not by an operator's own leaver, nor once more after a release", async () => {
    const bench = await workbench(readable);
    for (const email of [ada, "grace@example.com"]) bench.fake.seed({ email });
    bench.sources.put("okta", "00u1", person);
    const leaver = oktaEvent("leaver", -1);
    await bench.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver(await bench.take("leavers"));
    await bench.deliver([eventOf("leaver", "grace@example.com", { source: "operator" })]);
    expect([statusOf(bench), statusOf(bench, "grace@example.com")]).toEqual(["inactive", "inactive"]);
  });

  it("also by what this system concluded itself, of every source that is known to have them", async () => {
    const bench = await workbench(readable);
    bench.fake.seed({ email: ada });
    await bench.deliver([oktaEvent("joiner", -3)]);
    bench.sources.put("okta", "00u1", person);
    await bench.deliver([eventOf("leaver", ada, { source: "reconcile" })]);
    expect(statusOf(bench)).toBe("active");
    expect(await held(bench)).toEqual(["source_disagrees"]);
  });
});

describe("somebody who was suspended and is active again", () => {
  const suspending = { kinds: { "user.lifecycle.suspend": "leaver", "user.lifecycle.unsuspend": "joiner" } } as const;
  const sources = { okta: { ...okta, ...suspending }, standard: {} };
  const send = (bench: Workbench, type: string, minutes: number) =>
    bench.ingest({
      path: "/webhooks/okta",
      headers: { "content-type": "application/json", authorization: "local-okta-secret" },
      body: JSON.stringify(
        oktaHook({ eventType: `user.lifecycle.${type}`, email: ada, externalId: "00u1", published: at(minutes) }),
      ),
    });
  const workAll = async (bench: Workbench) => {
    for (const lane of ["leavers", "changes"] as const) await bench.deliver(await bench.take(lane));
  };

  it.each([[["suspend", "unsuspend"]], [["unsuspend", "suspend"]], [["suspend"]], [["suspend", "suspend"]]])(
    "is never deleted, in whatever order %j arrive",
    async (order) => {
      const bench = await workbench({ config: { sources } });
      bench.fake.seed({ email: ada });
      bench.sources.put("okta", "00u1", person);
      for (const type of order) {
        await send(bench, type, type === "suspend" ? -2 : -1);
        await workAll(bench);
      }
      expect(statusOf(bench)).toBe("active");
      for (const { event } of await listShelved(bench.table, "HELD")) await dismiss(bench, "HELD", event.id, word);
      await bench.deliver([oktaEvent("mover", 1 / 60, { person: { externalId: "00u1", name: "Ada King" } })]);
      expect(bench.fake.users().find(({ email }) => email === ada)).toMatchObject({ name: "Ada King" });
    },
  );
});

describe("a hint", () => {
  it("is a joiner at first, with what the source says of them, and a mover from then on", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", { ...person, department: "Research" });
    await bench.deliver([thin("changed", -2)]);
    expect(bench.fake.users()).toContainEqual(expect.objectContaining({ email: ada, name: "Ada Lovelace" }));
    bench.sources.put("bamboohr", "71", { ...person, name: "Ada King" });
    await bench.deliver([thin("changed", -1)]);
    expect(bench.fake.users()).toContainEqual(expect.objectContaining({ email: ada, name: "Ada King" }));
    expect(await ends(bench)).toEqual(["invited active", "updated active"]);
    expect((await bench.trail(ada)).map(({ kind }) => kind)).toEqual(["joiner", "mover"]);
  });

  it("stays a joiner when it is tried again, and so is the next one until somebody is there", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    const [hint, next] = [thin("changed", -2), thin("changed", -1)];
    bench.fake.fault({ route: "GET /v2/users", status: 503, times: 2 });
    expect(await bench.deliver([hint])).toEqual([hint.id]);
    expect(await bench.deliver([hint], { receives: 2 })).toEqual([hint.id]);
    expect(await bench.deliver([next])).toEqual([]);
    expect(await bench.deliver([hint], { receives: 3 })).toEqual([]);
    expect((await ends(bench)).sort()).toEqual(["invited active", "none already_invited active"]);
    expect(statusOf(bench)).toBe("invited");
  });

  it.each([
    ["inactive", (bench: Workbench) => bench.sources.put("bamboohr", "71", { ...person, active: false })],
    ["gone", (bench: Workbench) => bench.sources.remove("bamboohr", "71")],
  ])("is a leaver when the source says %s, whoever they were by its earlier word", async (said, set) => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    await bench.deliver([thin("changed", -2)]);
    set(bench);
    await bench.deliver([thin("changed", -1)]);
    expect(statusOf(bench)).toBe("inactive");
    expect(await ends(bench)).toEqual(["invited active", `removed ${said}`]);
  });

  it("makes no newer event stale, however late the source is read", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    await bench.deliver([thin("changed", -5)]);
    bench.sources.remove("bamboohr", "71");
    await bench.deliver([thin("leaver", -4)]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("does nothing for who is not there yet, has no address, or is in none of the groups and never was", async () => {
    const groups = { okta: { api: okta.api, groups: ["00g1"] }, bamboohr, hibob: { api: {} } };
    const bench = await workbench({ config: { sources: groups } });
    bench.fake.seed({ email: ada });
    bench.sources.put("hibob", "71", { ...person, active: false, startDate: "2999-01-01" });
    await bench.deliver([thin("changed", 0, "hibob")]);
    bench.sources.put("okta", "71", person);
    await bench.deliver([thin("changed", 0, "okta")]);
    bench.sources.put("bamboohr", "71", { ...person, email: "" });
    const nameless = thin("changed");
    await bench.deliver([nameless]);
    expect(await ends(bench)).toEqual(["none not_active pending", "none not_a_member outside"]);
    expect(statusOf(bench)).toBe("active");
    expect(await held(bench)).toEqual([]);
  });

  it("is a leaver for who was in a group and is in none any more", async () => {
    const groups = { okta: { api: okta.api, groups: ["00g1"] } };
    const bench = await workbench({ config: { sources: groups } });
    bench.sources.put("okta", "71", { ...person, groups: ["00g1"] });
    await bench.deliver([thin("changed", -1, "okta")]);
    expect(statusOf(bench)).toBe("invited");
    bench.sources.put("okta", "71", person);
    await bench.deliver([thin("changed", 0, "okta")]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("causes no more than its source may", async () => {
    const bench = await workbench({ config: { sources: { bamboohr: { ...bamboohr, allow: ["joiner"] } } } });
    bench.sources.put("bamboohr", "71", person);
    await bench.deliver([thin("changed", -2)]);
    bench.sources.remove("bamboohr", "71");
    await bench.deliver([thin("changed", -1)]);
    expect(await ends(bench)).toEqual(["invited active", "none kind_not_allowed gone"]);
  });

  it("says nothing where its source is not read, and nobody is called", async () => {
    const bench = await workbench({ config: { sources: { bamboohr: {}, standard: {} } } });
    const hint = thin("changed");
    expect(await bench.deliver([hint])).toEqual([]);
    expect(await held(bench)).toEqual([]);
    expect(bench.sources.calls()).toEqual([]);
  });

  it("waits while its source does not answer", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    const hint = thin("changed");
    bench.sources.fault({ source: "bamboohr", status: 503, retryAfter: 7 });
    expect(await bench.deliver([hint])).toEqual([hint.id]);
    expect(await bench.deliver([hint], { receives: 2 })).toEqual([]);
    expect(statusOf(bench)).toBe("invited");
  });
});

describe("a hint about somebody who is suspended", () => {
  const suspending = { kinds: { "employee.left": "suspend" as const } };
  const hibob = { api: {}, ...suspending };
  const config = { sources: { hibob, bamboohr, standard: {} } };
  /** Joined by HiBob, and suspended by it, or by whom it says, an hour ago. */
  const suspended = async (source = "hibob", minutes = -60) => {
    const bench = await workbench({ config });
    bench.sources.put("hibob", "71", person);
    await bench.deliver([thin("changed", -90, "hibob")]);
    await bench.deliver([eventOf("suspend", ada, { source, occurredAt: at(minutes), person: { externalId: "71" } })]);
    expect(bench.fake.users().find(({ email }) => email === ada)?.isDeveloper).toBe(false);
    return bench;
  };
  const developer = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.isDeveloper;
  const planned = async (bench: Workbench) => (await listDue(bench.table, Date.now() + 100 * 3_600_000)).events;

  it.each(["hibob", "bamboohr"])("does not bring their deletion forward when %s says they are gone", async (source) => {
    const bench = await suspended();
    bench.sources.put(source, "71", { ...person, active: false });
    await bench.deliver([{ ...thin("changed", -1, source), person: { externalId: "71", email: ada } }]);
    expect((await ends(bench)).at(-1)).toBe("none suspended inactive");
    expect(statusOf(bench)).toBe("invited");
    expect(await planned(bench)).toHaveLength(1);
  });

  it("gives back what was taken when the source that suspended them has them again", async () => {
    const bench = await suspended();
    await bench.deliver([thin("changed", -1, "hibob")]);
    expect((await bench.trail(ada)).at(-1)).toMatchObject({ kind: "reinstate", outcome: "updated" });
    expect(developer(bench)).toBe(true);
    expect(await planned(bench)).toEqual([]);
  });

  it("gives nothing back when it is older, or another source's", async () => {
    const bench = await suspended();
    await bench.deliver([thin("changed", -61, "hibob")]);
    const other = await suspended("standard");
    await other.deliver([thin("changed", -1, "hibob")]);
    bench.sources.put("bamboohr", "72", person);
    await bench.deliver([{ ...thin("changed", -1), person: { externalId: "72" } }]);
    for (const each of [bench, other]) {
      expect(developer(each)).toBe(false);
      expect((await ends(each)).at(-1)).toBe("none suspended active");
      expect(await planned(each)).toHaveLength(1);
    }
  });

  it("waits for the source to have noticed what it said itself a minute ago", async () => {
    const bench = await suspended("hibob", -2);
    const hint = thin("changed", -1, "hibob");
    expect(await bench.deliver([hint])).toEqual([hint.id]);
    expect(developer(bench)).toBe(false);
    bench.sources.put("hibob", "71", { ...person, active: false });
    expect(await bench.deliver([hint], { receives: 2 })).toEqual([]);
    expect((await ends(bench)).at(-1)).toBe("none suspended inactive");
  });

  it("suspends them anew where no deletion is planned any more, and only where the source suspends at all", async () => {
    const bench = await workbench({ config });
    for (const source of ["hibob", "bamboohr"]) {
      bench.sources.put(source, "71", person);
      await bench.deliver([thin("changed", -90, source)]);
    }
    bench.sources.put("hibob", "71", { ...person, active: false });
    await bench.deliver([thin("changed", -60, "hibob")]);
    expect((await bench.trail(ada)).at(-1)).toMatchObject({ kind: "suspend", outcome: "suspended" });
    const strict = await workbench({ config: { sources: { hibob: { api: {} } } } });
    strict.sources.put("hibob", "71", person);
    await strict.deliver([thin("changed", -90, "hibob")]);
    strict.sources.put("hibob", "71", { ...person, active: false });
    await strict.deliver([thin("changed", -60, "hibob")]);
    expect(statusOf(strict)).toBe("inactive");
  });
});

describe("a thin event", () => {
  it("of a suspend for whom the source has no address is held, as a leaver is", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", { ...person, email: "" });
    await bench.deliver([thin("suspend")]);
    expect(await held(bench)).toEqual(["unknown_person"]);
  });

  it("of a leaver is about whoever its id is known for, when the source knows it no more", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    await bench.deliver([thin("changed", -2)]);
    bench.sources.remove("bamboohr", "71");
    await bench.deliver([thin("leaver", -1)]);
    expect(await ends(bench)).toEqual(["invited active", "removed gone"]);
  });

  it("of somebody whom nobody knows is held", async () => {
    const bench = await workbench(readable);
    await bench.deliver([thin("leaver")]);
    expect(await held(bench)).toEqual(["unknown_person"]);
  });

  it("of somebody with another address than before is held with both", async () => {
    const bench = await workbench(readable);
    bench.sources.put("bamboohr", "71", person);
    await bench.deliver([thin("changed", -2)]);
    bench.sources.put("bamboohr", "71", { ...person, email: "ada.king@example.com" });
    await bench.deliver([thin("changed", -1)]);
    expect(await listShelved(bench.table, "HELD")).toMatchObject([
      { reason: "email_change", knownEmails: [ada], event: { person: { email: "ada.king@example.com" } } },
    ]);
  });
});

it("groups that no event ever spoke of are asked for", async () => {
  const groups = ["00g1", "00g2"];
  const bench = await workbench({ config: { sources: { okta: { api: okta.api, groups } } } });
  bench.fake.seed({ email: ada });
  const among = groups.map((group) => `group:${group}`);
  const removed = (of: string, minutes: number) =>
    oktaEvent("leaver", minutes, { membership: { of: `group:${of}`, change: "removed", among } });
  bench.sources.put("okta", "00u1", { ...person, groups: ["00g2"] });
  await bench.deliver([removed("00g1", -2)]);
  expect(statusOf(bench)).toBe("active");
  bench.sources.put("okta", "00u1", person);
  await bench.deliver([removed("00g2", -1)]);
  expect(statusOf(bench)).toBe("inactive");
  expect(await ends(bench)).toEqual(["none still_member active", "removed outside"]);
});

it("two sources that contradict each other show it in the person's history", async () => {
  const bench = await workbench(readable);
  bench.sources.put("bamboohr", "71", person);
  await bench.deliver([thin("changed", -2)]);
  await bench.deliver([oktaEvent("leaver", -1)]);
  expect(await bench.trail(ada)).toMatchObject([
    { outcome: "invited" },
    { outcome: "removed", contradicts: "bamboohr" },
  ]);
});
