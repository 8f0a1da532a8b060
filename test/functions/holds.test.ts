import { describe, expect, it } from "vitest";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { readState } from "../../lib/ledger/state.ts";
import { whoIs } from "../../ops/shelved-people.ts";
import { dismiss, listShelf, putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

/** A hold ends by a release or a dismissal, and by nothing that happens around it. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const at = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
const statusOf = (bench: Workbench, email = ada) => bench.fake.users().find((user) => user.email === email)?.status;
const held = async (bench: Workbench) => (await listShelved(bench.table, "HELD")).map(({ reason }) => reason);
const noBudget = { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };

/** Works everything that is queued, until nothing is. */
async function workAll(bench: Workbench, handlers: Pick<Workbench, "deliver"> = bench): Promise<void> {
  for (const lane of ["leavers", "changes"] as const) {
    for (let events = await bench.take(lane); events.length > 0; events = await bench.take(lane)) {
      for (const event of events) await handlers.deliver([event]);
    }
  }
}

describe("somebody whose leaver is held stays", () => {
  it("when a profile update comes that had failed once before", async () => {
    const bench = await workbench({ config: noBudget });
    bench.fake.seed({ email: ada });
    const mover = eventOf("mover", ada, { occurredAt: at(-2), person: { name: "Ada King" } });
    bench.fake.fault({ route: "GET /v2/users", status: 503 });
    expect(await bench.deliver([mover])).toEqual([mover.id]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-1) })]);
    const spending = await bench.restart();
    await spending.deliver([mover], { receives: 2 });
    await workAll(bench, spending);
    expect(statusOf(bench)).toBe("active");
    expect(await held(bench)).toEqual(["deletion_budget"]);
  });

  it("when they had left before, came back by hand, and the daily listing runs", async () => {
    const bench = await workbench({ config: noBudget });
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-3) })]);
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("joiner", ada, { occurredAt: at(-2) })]);
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-1) })]);
    const spending = await bench.restart({});
    await spending.reconcile({ mode: "full" });
    await workAll(bench, spending);
    expect(statusOf(bench)).toBe("active");
    expect(await held(bench)).toEqual(["deletion_budget"]);
  });

  it("in one group, when they were reinstated and then leave the other", async () => {
    const groups = ["00gA", "00gB"];
    const sources = { okta: { groups }, standard: {} };
    const membership = (of: string, change: "added" | "removed") => ({
      of: `group:${of}`,
      change,
      among: groups.map((group) => `group:${group}`),
    });
    const bench = await workbench({ config: { ...noBudget, sources } });
    for (const group of groups) {
      const added = { source: "okta", membership: membership(group, "added"), occurredAt: at(-9) };
      await bench.deliver([eventOf("joiner", ada, added)]);
    }
    await bench.deliver([eventOf("leaver", ada, { occurredAt: at(-5) })]);
    const spending = await bench.restart({ sources });
    await spending.deliver([eventOf("reinstate", ada, { occurredAt: at(-4) })]);
    const removed = { source: "okta", membership: membership("00gB", "removed"), occurredAt: at(-3) };
    await spending.deliver([eventOf("leaver", ada, removed)]);
    expect(statusOf(bench)).toBe("invited");
  });
});

describe("a release of a leaver whose copy came later, from a source that tells no time", () => {
  const copies = () => {
    const first = eventOf("leaver", ada, { source: "okta", occurredAt: at(-3) });
    return [first, { ...first, occurredAt: at(-2), receivedAt: at(-2) }] as const;
  };
  const release = async (bench: Workbench) => {
    const [shelved] = await listShelved(bench.table, "HELD");
    await putBack(bench, "HELD", shelved?.event.id ?? "", word);
  };

  it("counts whether the copy was held before or after it", async () => {
    for (const isBefore of [true, false]) {
      const bench = await workbench({ config: noBudget });
      bench.fake.seed({ email: ada });
      const [first, copy] = copies();
      await bench.deliver([first]);
      if (isBefore) await release(bench);
      await bench.deliver([copy]);
      if (!isBefore) await release(bench);
      await workAll(bench);
      expect((await bench.trail(ada)).map(({ outcome }) => outcome)).not.toContain("stale");
      for (let rounds = 0; rounds < 2 && (await held(bench)).length > 0; rounds++) {
        await release(bench);
        await workAll(bench);
      }
      expect(statusOf(bench)).toBe("inactive");
      expect(await held(bench)).toEqual([]);
    }
  });

  it("does not count when they came back meanwhile, nor once it was dismissed", async () => {
    for (const isDismissed of [true, false]) {
      const bench = await workbench({ config: noBudget });
      bench.fake.seed({ email: ada });
      const [first, copy] = copies();
      await bench.deliver([copy]);
      if (isDismissed) await dismiss(bench, "HELD", copy.id, word);
      else await bench.deliver([eventOf("reinstate", ada, { occurredAt: at(-1) })]);
      await bench.deliver([{ ...first, attempt: 1 }]);
      const again = (await bench.trail(ada)).filter(({ attempt }) => attempt === 1);
      expect(again.map(({ outcome }) => outcome).filter((outcome) => outcome !== "dismissed")).toEqual(["stale"]);
      expect(statusOf(bench)).toBe("active");
    }
  });
});

describe("a dismissal", () => {
  it("takes the leaving back also where groups were removed in another order", async () => {
    const groups = ["group:00gA", "group:00gB"];
    const sources = { okta: { groups: ["00gA", "00gB"] }, standard: {} };
    const bench = await workbench({ config: { ...noBudget, sources } });
    bench.fake.seed({ email: ada });
    const removed = (of: string, minutes: number) =>
      eventOf("leaver", ada, {
        source: "okta",
        occurredAt: at(minutes),
        membership: { of, change: "removed", among: groups },
      });
    const [late, early] = [removed("group:00gB", -1), removed("group:00gA", -2)];
    await bench.deliver([late]);
    await dismiss(bench, "HELD", late.id, word);
    await bench.deliver([early]);
    expect(await held(bench)).toEqual(["deletion_budget"]);
    await dismiss(bench, "HELD", early.id, word);
    const { mark_membership: mark } = await readState(bench.table, bench.identity.person(ada));
    expect((mark ?? 0) % 2).toBe(0);
  });
});

describe("somebody whose address changed", () => {
  const person = { externalId: "00u1" };
  const [first, second, third] = [ada, "ada.king@example.com", "ada.lovelace@example.com"];

  /** Joins by the first of these addresses, and has changed to each other one; an operator released each change. */
  async function renamed(...addresses: string[]): Promise<Workbench> {
    const bench = await workbench();
    for (const [index, email] of addresses.entries()) {
      const event = eventOf(index === 0 ? "joiner" : "mover", email, { occurredAt: at(index - 9), person });
      await bench.deliver([event]);
      if (index > 0) await putBack(bench, "HELD", event.id, word);
      await workAll(bench);
    }
    expect(await held(bench)).toEqual([]);
    return bench;
  }

  it.each([
    ["leaver", "once", [first, second], [first]],
    ["suspend", "once", [first, second], [first]],
    ["leaver", "twice", [first, second, third], [first, second]],
    ["leaver", "and back", [first, second, first], [second]],
  ] as const)(
    "is not taken for gone by a %s: if it did %s, any other one may have an account",
    async (kind, _, all, others) => {
      const bench = await renamed(...all);
      await bench.deliver([eventOf(kind, all.at(-1) ?? "", { person })]);
      expect(await listShelved(bench.table, "HELD")).toMatchObject([{ reason: "email_change", knownEmails: others }]);
      expect(await listShelf(bench, "HELD")).toMatchObject([{ "known as": others.join(", ") }]);
    },
  );

  it("is shown to operators by the address that a leaver without one is about, and by all others", async () => {
    const bench = await renamed(first, second, third);
    const byId = { ...eventOf("leaver", third), person };
    await bench.deliver([byId]);
    const [shelved] = await listShelved(bench.table, "HELD");
    if (shelved === undefined) throw new Error("it was to be held");
    expect(shelved).toMatchObject({ person: bench.identity.person(third), knownEmails: [third, first, second] });
    expect(whoIs(shelved)).toBe(third);
  });

  it("is shown with them also when the leaver is held for something else after that", async () => {
    const bench = await renamed(first, second, third);
    const spent = await bench.restart(noBudget);
    bench.fake.seed({ email: third });
    const leaver = eventOf("leaver", third, { person });
    await spent.deliver([leaver]);
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench, spent);
    const stillKnown = { reason: "deletion_budget", knownEmails: [first, second] };
    expect(await listShelved(bench.table, "HELD")).toMatchObject([stillKnown]);
  });
});
