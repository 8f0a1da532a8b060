import { describe, expect, it } from "vitest";
import { readPointer } from "../../lib/ledger/pointers.ts";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** The daily comparison with the sources' own listings: a webhook that never came leaves nobody inside, or outside. */
const ada = "ada@example.com";
const grace = "grace@example.com";
const statusOf = (bench: Workbench, email = ada) => bench.fake.users().find((user) => user.email === email)?.status;
const person = (email: string, more: object = {}) => ({ email, name: "Ada Lovelace", active: true, ...more });
const config = {
  sources: {
    okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } },
    workos: { api: { directoryId: "directory_1" } },
    standard: {},
  },
};

const okta = { ...config.sources.okta, kinds: { "user.lifecycle.deactivate": "suspend" as const } };
const suspending = { sources: { ...config.sources, okta } };

async function workAll(bench: Workbench): Promise<void> {
  for (const lane of ["leavers", "changes"] as const) {
    for (let events = await bench.take(lane); events.length > 0; events = await bench.take(lane)) {
      for (const event of events) await bench.deliver([event]);
    }
  }
}

async function reconcile(bench: Workbench, more: object = {}): Promise<unknown> {
  const swept = await bench.reconcile({ mode: "full", ...more });
  await workAll(bench);
  return swept;
}

/** Somebody who joined by a webhook, and four more whom only the listing has. */
async function company(bench: Workbench): Promise<void> {
  bench.sources.put("okta", "00u1", person(ada));
  for (const n of [2, 3, 4, 5]) bench.sources.put("okta", `00u${n}`, person(`user${n}@example.com`));
  const joined = { source: "okta", occurredAt: new Date(Date.now() - 60_000).toISOString() };
  await bench.deliver([eventOf("joiner", ada, { ...joined, person: { externalId: "00u1" } })]);
}

describe("a full reconcile", () => {
  it("removes who left without a webhook, and invites who joined without one", async () => {
    const bench = await workbench({ config });
    await company(bench);
    expect(await reconcile(bench)).toMatchObject({ finished: true, trusted: true, queued: 4 });
    expect(statusOf(bench, "user5@example.com")).toBe("invited");
    bench.sources.put("okta", "00u1", person(ada, { active: false }));
    expect(await reconcile(bench)).toMatchObject({ queued: 1 });
    expect(statusOf(bench)).toBe("inactive");
    expect(statusOf(bench, "user5@example.com")).toBe("invited");
    expect(await reconcile(bench)).toMatchObject({ queued: 0 });
  });

  it("shows in a dry run whom it would ask about, and asks nobody", async () => {
    const bench = await workbench({ config });
    await company(bench);
    await reconcile(bench);
    bench.sources.remove("okta", "00u1");
    bench.sources.put("okta", "00u6", person(grace));
    expect(await reconcile(bench, { dryRun: true })).toMatchObject({
      queued: 0,
      plan: [
        { wants: "missed_joiner", email: grace },
        { wants: "missed_leaver", email: ada },
      ],
    });
    expect([statusOf(bench), statusOf(bench, grace)]).toEqual(["invited", undefined]);
    expect(await readPointer(bench.table, "okta", "00u6")).toBeUndefined();
  });

  it("asks before it believes its own conclusion: who is there after all stays", async () => {
    const bench = await workbench({ config });
    await company(bench);
    await reconcile(bench);
    bench.sources.remove("okta", "00u1");
    await bench.reconcile({ mode: "full" });
    bench.sources.put("okta", "00u1", person(ada));
    await workAll(bench);
    expect(statusOf(bench)).toBe("invited");
    expect(await listShelved(bench.table, "HELD")).toEqual([]);
  });

  it("never makes a leaver of somebody who did not come from the source, although its events named them", async () => {
    const bench = await workbench({ config });
    await company(bench);
    bench.fake.seed({ email: grace });
    await bench.deliver([eventOf("mover", grace, { source: "okta", person: { externalId: "00u9" } })]);
    await bench.deliver([eventOf("joiner", "by.hand@example.com", { source: "standard" })]);
    expect(await reconcile(bench)).toMatchObject({ queued: 4 });
    expect([statusOf(bench, grace), statusOf(bench, "by.hand@example.com")]).toEqual(["active", "invited"]);
  });

  it("learns whose ids these are, so that a later thin leaver is about somebody", async () => {
    const bench = await workbench({ config });
    await company(bench);
    await reconcile(bench);
    expect(await readPointer(bench.table, "okta", "00u5")).toEqual({ email: "user5@example.com" });
    bench.sources.remove("okta", "00u5");
    const leaver = eventOf("leaver", ada, { source: "okta" });
    await bench.deliver([{ ...leaver, person: { externalId: "00u5" } }]);
    expect(statusOf(bench, "user5@example.com")).toBe("inactive");
  });

  it("holds an address that changed at the source once, not each day again", async () => {
    const bench = await workbench({ config });
    await company(bench);
    await reconcile(bench);
    bench.sources.put("okta", "00u1", person("ada.king@example.com"));
    await reconcile(bench);
    expect(await reconcile(bench)).toMatchObject({ queued: 0 });
    expect(await listShelved(bench.table, "HELD")).toMatchObject([{ reason: "email_change", knownEmails: [ada] }]);
    expect(statusOf(bench)).toBe("invited");
  });

  it("leaves who is suspended to the deletion that is planned for them", async () => {
    const bench = await workbench({ config: suspending });
    await company(bench);
    await reconcile(bench);
    await bench.deliver([eventOf("suspend", ada, { source: "okta", person: { externalId: "00u1" } })]);
    for (const spoil of [
      () => bench.sources.put("okta", "00u1", person(ada, { active: false })),
      () => bench.sources.remove("okta", "00u1"),
    ]) {
      spoil();
      expect(await reconcile(bench)).toMatchObject({ trusted: true, queued: 0 });
      expect(statusOf(bench)).toBe("invited");
    }
  });

  it("suspends whom it missed, where the source's leavers are suspended", async () => {
    const bench = await workbench({ config: suspending });
    await company(bench);
    await reconcile(bench);
    bench.sources.put("okta", "00u1", person(ada, { active: false }));
    expect(await reconcile(bench)).toMatchObject({ queued: 1 });
    expect((await bench.trail(ada)).at(-1)).toMatchObject({ kind: "suspend", outcome: "suspended" });
    expect(statusOf(bench)).toBe("invited");
  });

  it("causes no more than the source may", async () => {
    const sources = { okta: { ...config.sources.okta, allow: ["mover" as const] } };
    const bench = await workbench({ config: { sources } });
    bench.sources.put("okta", "00u1", person(ada));
    expect(await reconcile(bench)).toMatchObject({ queued: 0 });
  });
});

describe("a source's listing makes no leaver when it", () => {
  const distrusted = async (bench: Workbench, spoil: () => void) => {
    await company(bench);
    await reconcile(bench);
    bench.sources.remove("okta", "00u1");
    spoil();
    expect(await reconcile(bench)).toMatchObject({ finished: true, trusted: true, distrusted: ["okta", "workos"] });
    expect(statusOf(bench)).toBe("invited");
    bench.sources.fault(undefined);
  };

  it.each([500, 403, 400])("is cut short by a %d", async (status) => {
    const bench = await workbench({ config });
    await distrusted(bench, () => bench.sources.fault({ source: "okta", status }));
  });

  it("shrank by too much, until an operator says so", async () => {
    const bench = await workbench({ config });
    await distrusted(bench, () => bench.sources.remove("okta", "00u2"));
    expect(await reconcile(bench, { acceptShrink: true })).toMatchObject({ distrusted: ["workos"] });
    expect([statusOf(bench), statusOf(bench, "user2@example.com")]).toEqual(["inactive", "inactive"]);
  });

  it("is empty", async () => {
    const bench = await workbench({ config });
    await distrusted(bench, () => {
      for (const n of [2, 3, 4, 5]) bench.sources.remove("okta", `00u${n}`);
    });
  });

  it("and the wait that it asks for is waited", async () => {
    const bench = await workbench({ config });
    await company(bench);
    bench.sources.fault({ source: "okta", status: 429, retryAfter: 1 });
    expect(await reconcile(bench)).toMatchObject({ queued: 4, distrusted: ["workos"] });
  });
});

it("a run that is out of time goes on in the middle of a source's listing", async () => {
  const bench = await workbench({ config });
  await company(bench);
  const remainingMs = 15_000;
  expect(await bench.reconcile({ mode: "full" }, remainingMs)).toMatchObject({ finished: false, queued: 2 });
  expect(await bench.reconcile({ mode: "full" })).toMatchObject({ finished: true, trusted: true, queued: 2 });
  const pages = bench.sources.calls().filter(({ route }) => route === "GET /api/v1/users");
  expect(pages).toHaveLength(2);
  await workAll(bench);
  bench.sources.remove("okta", "00u1");
  expect(await reconcile(bench)).toMatchObject({ queued: 1 });
  expect(statusOf(bench)).toBe("inactive");
});

it("lists nobody where nothing is configured", async () => {
  const bench = await workbench({ config: { sources: { okta: { everyone: true }, standard: {} } } });
  expect(await reconcile(bench)).toMatchObject({ finished: true, trusted: true });
  expect(bench.sources.calls()).toEqual([]);
});
