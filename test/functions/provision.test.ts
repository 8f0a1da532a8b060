import { describe, expect, it } from "vitest";
import { listDue } from "../../lib/ledger/due.ts";
import { findShelved, listShelved } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { putBack } from "../../ops/shelves.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const statusOf = (bench: Awaited<ReturnType<typeof workbench>>, email: string) =>
  bench.fake.users().find((user) => user.email === email)?.status;
const outcomes = async (bench: Awaited<ReturnType<typeof workbench>>, email = ada) =>
  (await bench.trail(email)).map(({ outcome, reason }) => (reason === undefined ? outcome : `${outcome} ${reason}`));

describe("what events do at Arize", () => {
  it("invites a joiner with two calls and removes a leaver with three, once the account is known to be the right one", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { person: { name: "Ada Lovelace" } })]);
    expect(bench.fake.users().find(({ email }) => email === ada)).toMatchObject({
      status: "invited",
      name: "Ada Lovelace",
      role: { type: "predefined", name: "member" },
    });
    expect(bench.fake.calls()).toEqual({ "GET /v2/users": 2, "POST /v2/users": 1 });
    await bench.deliver([eventOf("joiner", "bo@example.com")]);
    expect(bench.fake.calls()).toEqual({ "GET /v2/users": 3, "POST /v2/users": 2 });
    await bench.deliver([eventOf("leaver", ada)]);
    expect(statusOf(bench, ada)).toBe("inactive");
    expect(bench.fake.calls()).toEqual({
      "GET /v2/users": 4,
      "POST /v2/users": 2,
      "DELETE /v2/users/{id}": 1,
      "GET /v2/users/{id}": 1,
    });
    expect(await outcomes(bench)).toEqual(["invited", "removed"]);
  });

  it("writes down what Arize answered, by request id, and how often the event had come back", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada);
    bench.fake.fault({ route: "GET /v2/users", status: 503 });
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    await bench.deliver([leaver]);
    const [entry] = await bench.trail(ada);
    expect(entry).toMatchObject({ outcome: "removed", retries: 1 });
    expect(entry?.calls?.map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
      "GET /v2/users 200",
      "DELETE /v2/users/{id} 204",
      "GET /v2/users/{id} 404",
    ]);
    expect(new Set(entry?.calls?.map(({ requestId }) => requestId)).size).toBe(3);
  });

  it("asks Arize nothing about an event it has finished already", async () => {
    const bench = await workbench();
    const joiner = eventOf("joiner", ada);
    await bench.deliver([joiner]);
    const calls = bench.fake.calls();
    await bench.deliver([joiner]);
    expect(bench.fake.calls()).toEqual(calls);
    expect(bench.fake.mails()[ada]).toMatchObject({ invitation: 1 });
    expect(await outcomes(bench)).toEqual(["duplicate", "invited"]);
  });

  it("removes nobody whose address merely contains the leaver's", async () => {
    const bench = await workbench();
    for (const email of ["joan@example.com", "an@example.com.au"]) bench.fake.seed({ email });
    await bench.deliver([eventOf("leaver", "an@example.com")]);
    expect(statusOf(bench, "joan@example.com")).toBe("active");
    expect(statusOf(bench, "an@example.com.au")).toBe("active");
    expect(await outcomes(bench, "an@example.com")).toEqual(["none already_absent"]);
  });

  it.each([
    ["mover", "active", "updated"],
    ["invitation.resend", "invited", "resent"],
    ["invitation.resend", "expired", "renewed"],
    ["invitation.renew", "expired", "renewed"],
    ["password.reset", "active", "reset_sent"],
  ] as const)("applies %s to somebody %s: %s", async (kind, status, outcome) => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, name: "Ada", status });
    const source = kind === "invitation.renew" ? { source: "reconcile" } : {};
    await bench.deliver([eventOf(kind, ada, { person: { name: "Ada Lovelace" }, ...source })]);
    expect(await outcomes(bench)).toEqual([outcome]);
  });

  it("reports a role that cannot be changed once", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, name: "Ada" });
    for (const minute of [-2, -1]) {
      await bench.deliver([eventOf("mover", ada, { occurredAt: at(minute), person: { role: "admin" } })]);
    }
    expect(await outcomes(bench)).toEqual(expect.arrayContaining(["none role_change_unsupported", "none up_to_date"]));
  });
});

describe("what is newer", () => {
  it("does not let a late joiner bring a leaver back", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-1) })]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-2) })]);
    expect(statusOf(bench, ada)).toBeUndefined();
    expect(await outcomes(bench)).toEqual(["none already_absent", "stale"]);
  });

  it("still removes a leaver who waited out a 429 while a newer profile update went through", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, name: "Ada" });
    const leaver = eventOf("leaver", ada, { occurredAt: at(-2) });
    bench.fake.fault({ route: "DELETE /v2/users/{id}", status: 429, retryAfter: 60 });
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    expect(statusOf(bench, ada)).toBe("active");
    const again = await bench.restart();
    await again.deliver([eventOf("mover", ada, { occurredAt: at(-1), person: { name: "Ada King" } })]);
    await again.deliver([leaver], { receives: 2 });
    expect(statusOf(bench, ada)).toBe("inactive");
  });

  it("does not invite or renew somebody whose leaver is still waiting", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, status: "expired" });
    bench.fake.fault({ route: "DELETE /v2/users/{id}", status: 503 });
    const leaver = eventOf("leaver", ada, { occurredAt: at(-1) });
    await bench.deliver([leaver]);
    // The lease of the ambiguous failure is still held: the renewal has to wait, and then finds that they left.
    const renewal = eventOf("invitation.renew", ada, { source: "reconcile" });
    expect(await bench.deliver([renewal])).toEqual([renewal.id]);
    expect(bench.fake.mails()[ada]).toBeUndefined();
  });

  it("gives a late joiner the name that a newer profile update brought, and never takes it back", async () => {
    const bench = await workbench();
    const joiner = eventOf("joiner", ada, { occurredAt: at(-2), person: { name: "Ada Byron" } });
    await bench.deliver([eventOf("mover", ada, { occurredAt: at(-1), person: { name: "Ada Lovelace" } })]);
    await bench.deliver([joiner]);
    const nameOf = () => bench.fake.users().find(({ email }) => email === ada)?.name;
    expect(nameOf()).toBe("Ada Lovelace");
    await bench.deliver([{ ...joiner, id: "standard:another" }]);
    expect(nameOf()).toBe("Ada Lovelace");
  });

  it("parks a rehire as blocked for ever after one creation, and does not try again", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, status: "inactive" });
    expect(await bench.deliver([eventOf("joiner", ada)])).toEqual([]);
    expect(bench.fake.calls()["POST /v2/users"]).toBe(1);
    expect(await outcomes(bench)).toEqual(["parked blocked_forever"]);
    expect(await bench.take("changesDeadLetters")).toHaveLength(1);
  });

  it("decides again when a creation meets somebody who was faster", async () => {
    const bench = await workbench();
    bench.fake.intercept((route, moment) => {
      if (route === "POST /v2/users" && moment === "before") bench.fake.seed({ email: ada });
      return undefined;
    });
    await bench.deliver([eventOf("joiner", ada)]);
    expect(await outcomes(bench)).toEqual(["none already_active"]);
  });
});

describe("guards", () => {
  const tight = { guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0, floor: 1 } } };

  it("holds the deletions beyond the budget, lets joiners through, and removes whom an operator releases", async () => {
    const bench = await workbench({ config: tight });
    const people = ["ada", "grace", "joan"].map((name) => `${name}@example.com`);
    for (const email of people) bench.fake.seed({ email });
    const leavers = people.map((email) => eventOf("leaver", email));
    expect(await bench.deliver([...leavers, eventOf("joiner", "new@example.com")])).toEqual([]);
    expect(people.filter((email) => statusOf(bench, email) === "inactive")).toHaveLength(1);
    expect(statusOf(bench, "new@example.com")).toBe("invited");
    const held = await listShelved(bench.table, "HELD");
    expect(held.map(({ reason }) => reason)).toEqual(["deletion_budget", "deletion_budget"]);
    const [first] = held;
    expect(await putBack(bench, "HELD", first?.event.id ?? "", word)).toBe(true);
    const released = await bench.take("leavers");
    expect(released).toMatchObject([{ id: first?.event.id, attempt: 1 }]);
    await bench.deliver(released);
    expect(statusOf(bench, first?.event.person.email ?? "")).toBe("inactive");
    expect(await listShelved(bench.table, "HELD")).toHaveLength(1);
  });

  it("delete no more than the budget when a hundred invocations at once have a leaver each", async () => {
    const deletions = { perHour: 7, perDay: 7, shareOfUsers: 0, floor: 7 };
    const bench = await workbench({ config: { guards: { deletions } } });
    const people = Array.from({ length: 100 }, (_, n) => `leaver${n}@example.com`);
    for (const email of people) bench.fake.seed({ email });
    let leavers = people.map((email) => eventOf("leaver", email));
    // Those that met too many others at the budget come again, as SQS would have them.
    for (let receives = 1; leavers.length > 0; receives++) {
      const again = await Promise.all(leavers.map((leaver) => bench.deliver([leaver], { receives })));
      leavers = leavers.filter(({ id }) => again.flat().includes(id));
    }
    expect(people.filter((email) => statusOf(bench, email) === "inactive")).toHaveLength(7);
    expect(await listShelved(bench.table, "HELD")).toHaveLength(93);
  }, 60_000);

  it("does not take a raised attempt for a release", async () => {
    const bench = await workbench({ config: tight });
    for (const email of [ada, "grace@example.com"]) bench.fake.seed({ email });
    const leaver = eventOf("leaver", ada);
    await bench.deliver([eventOf("leaver", "grace@example.com")]);
    await bench.deliver([leaver]);
    await bench.deliver([{ ...leaver, attempt: 1 }]);
    expect(statusOf(bench, ada)).toBe("active");
    expect(await findShelved(bench.table, "HELD", leaver.id)).toMatchObject({ status: "waiting" });
  });

  it("spends nothing twice on one person", async () => {
    const bench = await workbench({ config: tight });
    bench.fake.seed({ email: ada });
    bench.fake.fault({ route: "DELETE /v2/users/{id}", status: 429, retryAfter: 30 });
    const leaver = eventOf("leaver", ada);
    await bench.deliver([leaver]);
    const again = await bench.restart();
    expect(await again.deliver([leaver], { receives: 2 })).toEqual([]);
    expect(statusOf(bench, ada)).toBe("inactive");
  });

  it.each([
    ["root@example.com", "protected_email"],
    ["owner@example.com", "api_key_owner"],
  ])("never deletes %s, not even released", async (email, reason) => {
    const bench = await workbench();
    if (email !== "owner@example.com") bench.fake.seed({ email });
    const leaver = eventOf("leaver", email);
    await bench.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench, email)).toBe("active");
    expect(await outcomes(bench, email)).toEqual([`held ${reason}`, `released ${reason}`, `held ${reason}`]);
    expect(bench.fake.calls()["DELETE /v2/users/{id}"]).toBeUndefined();
  });

  it("never deletes the last active admin", async () => {
    const bench = await workbench({ config: { apiKeyOwner: "robot@example.com" } });
    await bench.deliver([eventOf("leaver", "owner@example.com")]);
    expect(await outcomes(bench, "owner@example.com")).toEqual(["held last_admin"]);
    bench.fake.seed({ email: ada, role: "admin" });
    await bench.deliver([eventOf("leaver", ada)]);
    expect(statusOf(bench, ada)).toBe("inactive");
  });

  it("touches nobody outside the managed domains", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@elsewhere.example" });
    await bench.deliver([eventOf("leaver", "ada@elsewhere.example")]);
    expect(bench.fake.calls()).toEqual({});
    expect(await outcomes(bench, "ada@elsewhere.example")).toEqual(["ignored outside_managed_domains"]);
  });

  it("holds the leaver of somebody with a status it does not know", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    bench.fake.fault({ route: "GET /v2/users", unknownStatus: "SUSPENDED" });
    await bench.deliver([eventOf("leaver", ada)]);
    expect(await outcomes(bench)).toEqual(["held unknown_status"]);
    expect(statusOf(bench, ada)).toBe("active");
  });

  it("does not believe that a known user is gone while the key does not see its own owner", async () => {
    const bench = await workbench({ config: { apiKeyOwner: "robot@example.com" } });
    await bench.deliver([eventOf("joiner", ada)]);
    bench.fake.reset();
    const leaver = eventOf("leaver", ada);
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
  });
});

describe("modes", () => {
  it("changes nothing in observe, and records what it would have done", async () => {
    const bench = await workbench({ config: { mode: "observe" } });
    bench.fake.seed({ email: "grace@example.com" });
    const before = bench.fake.users();
    await bench.deliver([
      eventOf("joiner", ada),
      eventOf("leaver", "grace@example.com"),
      eventOf("leaver", "owner@example.com"),
    ]);
    expect(bench.fake.users()).toEqual(before);
    expect(Object.keys(bench.fake.calls())).toEqual(["GET /v2/users"]);
    expect(await outcomes(bench)).toEqual(["would_create role member, invite mode email_link"]);
    expect(await outcomes(bench, "grace@example.com")).toEqual(["would_delete"]);
    expect(await outcomes(bench, "owner@example.com")).toEqual(["would_hold api_key_owner"]);
    expect(await listShelved(bench.table, "HELD")).toEqual([]);
  });

  it("leaves everything queued while paused", async () => {
    const bench = await workbench({ config: { mode: "paused" } });
    const joiner = eventOf("joiner", ada);
    expect(await bench.deliver([joiner])).toEqual([joiner.id]);
    expect(bench.fake.calls()).toEqual({});
  });
});

describe("events that cannot go on", () => {
  it("lists a person who is parked, redriven and parked again once", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, status: "inactive" });
    const joiner = eventOf("joiner", ada);
    await bench.deliver([joiner]);
    await putBack(bench, "PARKED", joiner.id, word);
    expect(await bench.take("changesDeadLetters")).toEqual([]);
    await bench.deliver(await bench.take("changes"));
    expect(await listShelved(bench.table, "PARKED")).toMatchObject([{ event: { id: joiner.id, attempt: 1 } }]);
    expect(await bench.take("changesDeadLetters")).toHaveLength(1);
  });

  it.each([
    [
      "a role that the configuration does not allow",
      { person: { role: { type: "custom", id: "x" } } },
      "role_not_allowed",
    ],
    ["a source that is not configured", { source: "workos" }, "kind_not_allowed"],
    ["an old message", {}, "too_old"],
  ] as const)("parks %s without asking Arize", async (_, more, reason) => {
    const bench = await workbench();
    const sentAt = reason === "too_old" ? Date.now() - 5 * 24 * 3_600_000 : Date.now();
    await bench.deliver([eventOf("joiner", ada, more)], { sentAt });
    expect((await listShelved(bench.table, "PARKED")).map((each) => each.reason)).toEqual([reason]);
    expect(bench.fake.calls()).toEqual({});
  });

  it("drops a command that nobody wants any more", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("password.reset", ada, { expiresAt: at(-1) })]);
    expect(await outcomes(bench)).toEqual(["expired"]);
    expect(bench.fake.mails()[ada]).toBeUndefined();
  });

  it("parks what Arize refuses at once, and a permission that the key lacks", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    bench.fake.change({ samlEnforced: true });
    await bench.deliver([eventOf("password.reset", ada)]);
    bench.fake.change({ samlEnforced: false, callerIsAdmin: false });
    await bench.deliver([eventOf("mover", ada, { person: { isDeveloper: false } })]);
    expect(await outcomes(bench)).toEqual(expect.arrayContaining(["parked invalid", "parked forbidden_operation"]));
  });

  it("keeps a message that is no event", async () => {
    const bench = await workbench();
    expect(await bench.deliverBody('{"id":"x"}')).toEqual({ batchItemFailures: [] });
  });

  it("resolves people by the id that their source knows them by, and holds whom it cannot resolve", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { person: { externalId: "00u1" } })]);
    const byId = eventOf("leaver", ada, {});
    await bench.deliver([{ ...byId, person: { externalId: "00u1" } }]);
    expect(statusOf(bench, ada)).toBe("inactive");
    const stranger = { ...eventOf("leaver", ada), person: { externalId: "00u2" } };
    await bench.deliver([stranger]);
    expect(await listShelved(bench.table, "HELD")).toMatchObject([{ reason: "unknown_person" }]);
  });

  it("holds a changed address with both, of a leaver too", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { person: { externalId: "00u1" } })]);
    for (const kind of ["mover", "leaver"] as const) {
      await bench.deliver([eventOf(kind, "ada.king@example.com", { person: { externalId: "00u1" } })]);
    }
    const both = { reason: "email_change", knownEmails: [ada], event: { person: { email: "ada.king@example.com" } } };
    expect(await listShelved(bench.table, "HELD")).toMatchObject([both, both]);
    expect(statusOf(bench, ada)).toBe("invited");
  });
});

/** A planned event comes on its day although its plan was overtaken: the sweep had put it on the queue already. */
async function sentByNow(bench: Awaited<ReturnType<typeof workbench>>, planned: LifecycleEvent): Promise<void> {
  await expect
    .poll(() => Date.now(), { timeout: 10_000 })
    .toBeGreaterThanOrEqual(Date.parse(planned.effectiveAt ?? ""));
  await bench.deliver([{ ...planned, attempt: 1 }]);
}

describe("dates to come", () => {
  it("keeps a leaver until their last day, unless they are reinstated before", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const leaver = eventOf("leaver", ada, {
      occurredAt: at(-10),
      effectiveAt: new Date(Date.now() + 1_500).toISOString(),
    });
    await bench.deliver([leaver]);
    expect(statusOf(bench, ada)).toBe("active");
    expect(await outcomes(bench)).toEqual([`scheduled for ${leaver.effectiveAt}`]);
    await bench.deliver([eventOf("reinstate", ada, { occurredAt: at(-5) })]);
    expect((await listDue(bench.table, Date.now() + 60_000)).events).toEqual([]);
    await sentByNow(bench, leaver);
    expect(statusOf(bench, ada)).toBe("active");
    expect(await outcomes(bench)).toContain("overtaken");
  });

  it("removes them when the day has come", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("leaver", ada, { effectiveAt: new Date(Date.now() + 1_500).toISOString() })]);
    await expect.poll(() => bench.reconcile({ mode: "due" }), { timeout: 10_000 }).toMatchObject({ users: 1 });
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench, ada)).toBe("inactive");
  });

  it("does not create an account on a first day that a leaver has called off", async () => {
    const bench = await workbench();
    const effectiveAt = new Date(Date.now() + 1_500).toISOString();
    const joiner = eventOf("joiner", ada, { occurredAt: at(-10), effectiveAt });
    await bench.deliver([joiner]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-5) })]);
    expect((await listDue(bench.table, Date.now() + 60_000)).events).toEqual([]);
    await sentByNow(bench, joiner);
    expect(statusOf(bench, ada)).toBeUndefined();
  });
});
