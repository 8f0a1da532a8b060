import { describe, expect, it } from "vitest";
import { listShelved } from "../../lib/ledger/shelf.ts";
import { readState } from "../../lib/ledger/state.ts";
import { putBack } from "../../ops/shelves.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const idOf = (what: string) => Buffer.from(what).toString("base64");
const research = idOf("Organization:1");
const sales = idOf("Organization:2");
const [vision, language, forecasts] = [1, 2, 3].map((number) => idOf(`Space:${number}`));
const member = "member" as const;
const space = (id = "") => ({ id, role: member });
const config = {
  roles: [
    {
      when: { group: "ml" },
      organizations: [{ id: research, role: member, spaces: [space(vision), space(language)] }],
    },
    {
      when: { group: "sales" },
      organizations: [{ id: sales, role: "read_only" as const, spaces: [space(forecasts)] }],
    },
  ],
};
const inGroups = (...groups: string[]) => ({ person: { groups } });
const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
const placesOf = (bench: Workbench) =>
  Object.keys(bench.fake.users().find(({ email }) => email === ada)?.memberships ?? {}).sort();
const placedOf = async (bench: Workbench) => (await readState(bench.table, bench.identity.person(ada))).placed;
/** Delivers what the worker sent itself, as the queue would. */
const follow = async (bench: Workbench) => bench.deliver(await bench.take("changes"));
const ends = async (bench: Workbench) =>
  (await bench.trail(ada)).map(({ kind, outcome, reason }) => [kind, outcome, reason].filter(Boolean).join(" "));
const add = "POST /v2/spaces/{space_id}/users";

describe("a placement", () => {
  it("puts a joiner where the rule says, once", async () => {
    const bench = await workbench({ config });
    const joiner = eventOf("joiner", ada, inGroups("ml"));
    await bench.deliver([joiner]);
    expect(placesOf(bench)).toEqual([]);
    const sent = await bench.take("changes");
    await bench.deliver(sent);
    expect(placesOf(bench)).toEqual([research, vision, language].sort());
    expect(await placedOf(bench)).toHaveLength(3);
    const calls = bench.fake.calls()[add];
    await bench.deliver([...sent, joiner]);
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    expect(await bench.take("changes")).toEqual([]);
    expect(bench.fake.calls()[add]).toBe(calls);
    expect(await ends(bench)).toContain("placement placed");
  });

  it("moves a mover whose group changed, and nobody of whose groups nothing was said", async () => {
    const bench = await workbench({ config });
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    await follow(bench);
    await bench.deliver([eventOf("mover", ada, { occurredAt: later(1), person: { name: "Ada L." } })]);
    expect(await bench.take("changes")).toEqual([]);
    await bench.deliver([eventOf("mover", ada, { occurredAt: later(2), ...inGroups("sales") })]);
    await follow(bench);
    expect(placesOf(bench)).toEqual([sales, forecasts].sort());
    await bench.deliver([eventOf("mover", ada, { occurredAt: later(3), ...inGroups() })]);
    await follow(bench);
    expect(placesOf(bench)).toEqual([]);
    expect(await placedOf(bench)).toEqual([]);
  });

  it("moves somebody between two groups that their source tells of one by one", async () => {
    const okta = { groups: ["ml", "sales"], assumeAbsent: true };
    const bench = await workbench({ config: { ...config, sources: { okta, standard: {} } } });
    const among = ["group:ml", "group:sales"];
    const group = (kind: "joiner" | "leaver", of: string, seconds: number) =>
      eventOf(kind, ada, {
        source: "okta",
        occurredAt: later(seconds),
        membership: { of: `group:${of}`, change: kind === "joiner" ? "added" : "removed", among, assumeAbsent: true },
      });
    await bench.deliver([group("joiner", "ml", 0)]);
    await follow(bench);
    await bench.deliver([group("joiner", "sales", 1)]);
    await follow(bench);
    expect(placesOf(bench)).toEqual([research, vision, language].sort());
    await bench.deliver([group("leaver", "ml", 2)]);
    await follow(bench);
    expect(placesOf(bench)).toEqual([sales, forecasts].sort());
    expect(bench.fake.users().find(({ email }) => email === ada)?.status).toBe("invited");
  });

  it("tries again only what is missing, without creating anybody anew", async () => {
    const bench = await workbench({ config });
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    const sent = await bench.take("changes");
    bench.fake.fault({ route: add, skip: 1, status: 503 });
    expect(await bench.deliver(sent)).toEqual(sent.map(({ id }) => id));
    expect(placesOf(bench)).toEqual([research, vision].sort());
    expect(await bench.deliver(sent, { receives: 2 })).toEqual([]);
    expect(placesOf(bench)).toEqual([research, vision, language].sort());
    expect(bench.fake.calls()).toMatchObject({
      "POST /v2/users": 1,
      "POST /v2/organizations/{org_id}/users": 1,
      [add]: 3,
    });
  });

  it("that is refused costs the others nothing, and waits for an operator", async () => {
    const bench = await workbench({ config });
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    bench.fake.fault({ route: add, status: 403 });
    await follow(bench);
    expect(placesOf(bench)).toEqual([research, language].sort());
    expect(await ends(bench)).toEqual(expect.arrayContaining(["joiner invited", "placement parked not_placed"]));
    const [parked] = await listShelved(bench.table, "PARKED");
    await putBack(bench, "PARKED", parked?.event.id ?? "", { by: "test", note: "" });
    await follow(bench);
    expect(placesOf(bench)).toEqual([research, vision, language].sort());
    expect(await listShelved(bench.table, "PARKED")).toEqual([]);
  });

  it("does not block the leaver, who takes all of it along", async () => {
    const bench = await workbench({ config });
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    const sent = await bench.take("changes");
    // Cut after its effect: for a creation that would keep the person's lease for seconds.
    bench.fake.fault({ route: add, cut: "after", times: null });
    expect(await bench.deliver(sent)).toHaveLength(1);
    expect(await bench.deliver([eventOf("leaver", ada, { occurredAt: later(1) })])).toEqual([]);
    expect(await bench.deliver(sent, { receives: 2 })).toEqual([]);
    expect(await ends(bench)).toEqual(expect.arrayContaining(["leaver removed", "placement none leaving"]));
    expect(await placedOf(bench)).toBeUndefined();
  });

  it("is shown and not sent while the system only observes", async () => {
    const bench = await workbench({ config: { ...config, mode: "observe" } });
    bench.fake.seed({ email: ada });
    await bench.deliver([eventOf("joiner", ada, inGroups("ml"))]);
    expect(await bench.take("changes")).toEqual([]);
    expect(placesOf(bench)).toEqual([]);
    const places = `organization ${research} as member, space ${vision} as member, space ${language} as member`;
    expect(await ends(bench)).toEqual([`joiner none already_active, then ${places}`]);
  });
});
