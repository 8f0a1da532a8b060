import { describe, expect, it } from "vitest";
import { lifecycleEvent } from "../support/events.ts";
import { owner, planOf } from "../support/roster.ts";
import { workbench } from "../support/workbench.ts";

describe("a roster", () => {
  it("that says what Arize says differs in nothing", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@example.com", name: "Ada" });
    expect((await planOf(owner, "Ada@example.com,Ada,member,true,active")).told).toEqual([]);
  });

  it("tells who is missing at Arize, who differs, and who has left", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "bo@example.com", name: "Bo" });
    bench.fake.seed({ email: "cy@example.com", name: "Cy" });
    const { entries } = await planOf(
      owner,
      "ada@example.com,Ada,annotator,,",
      "bo@example.com,Bob,,false,",
      "cy@example.com,Cy,,,inactive",
      "di@example.com,,,,inactive",
    );
    expect(entries).toMatchObject([
      { difference: "not_at_arize", line: 3, kind: "joiner", said: { name: "Ada", role: "annotator" } },
      {
        difference: "differs",
        line: 4,
        kind: "mover",
        detail: "name, isDeveloper",
        said: { name: "Bob", isDeveloper: false },
      },
      { difference: "left", line: 5, kind: "leaver", email: "cy@example.com" },
    ]);
  });

  it("says of somebody who was deleted before that they may never be invited again", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@example.com" });
    await bench.deliver([lifecycleEvent({ kind: "leaver", person: { email: "ada@example.com" } })]);
    const { entries } = await planOf(owner, "ada@example.com,Ada,,,", "new@example.com,,,,");
    expect(entries.map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^as member; gone since 20.*cannot be invited again/),
      "as member",
    ]);
  });

  it("tells who is at Arize and not in it, but for those who are never deleted or not managed", async () => {
    const bench = await workbench();
    for (const email of ["ada@example.com", "root@example.com", "bo@elsewhere.example"]) bench.fake.seed({ email });
    expect((await planOf("new@example.com,,,,")).told).toEqual([
      "not_at_arize new@example.com",
      "not_in_roster ada@example.com",
    ]);
  });

  it("tells of roles broader than the rules, and of admins whom nobody knows", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@example.com", role: "admin", name: "Ada" });
    bench.fake.seed({ email: "bo@example.com", role: "admin" });
    const { entries } = await planOf(owner, "ada@example.com,Ada,,,");
    expect(entries).toMatchObject([
      { difference: "broader_role", email: "ada@example.com", detail: "admin at Arize, member by the rules" },
      { difference: "admin_without_owner", email: "bo@example.com" },
      { difference: "not_in_roster", email: "bo@example.com" },
    ]);
    expect(entries[0]).not.toHaveProperty("kind");
  });

  it("takes nobody's role for too broad that a rule for their source may have given them", async () => {
    const roles = [
      { when: { source: "okta", group: "00gLeads" }, role: "admin" as const },
      { when: { department: "Labeling" }, role: "annotator" as const },
    ];
    const bench = await workbench({ config: { roles } });
    for (const name of ["ada", "bo", "cy"]) bench.fake.seed({ email: `${name}@example.com`, role: "admin", name });
    const told = (email: string, source: string, groups: string[]) =>
      lifecycleEvent({ source, kind: "mover", person: { email, groups, department: "Research" } });
    await bench.deliver([
      told("ada@example.com", "okta", ["00gLeads"]),
      told("bo@example.com", "standard", ["00gLeads"]),
    ]);
    // Nothing is known of Cy: they may be from Okta.
    const { entries } = await planOf(owner, "ada@example.com,ada,,,", "bo@example.com,bo,,,", "cy@example.com,cy,,,");
    expect(entries).toMatchObject([
      { difference: "broader_role", email: "bo@example.com", detail: "admin at Arize, member by the rules" },
    ]);
  });

  it("tells of a role that is broader than any rule's, whichever fits", async () => {
    const roles = [{ when: { source: "okta" }, role: "annotator" as const }];
    const bench = await workbench({ config: { roles } });
    bench.fake.seed({ email: "ada@example.com", role: "admin", name: "Ada" });
    expect((await planOf(owner, "ada@example.com,Ada,,,")).entries).toMatchObject([
      { difference: "broader_role", detail: "admin at Arize, member or annotator by the rules" },
    ]);
  });

  it("with a line that cannot be read says nothing of who is missing from it", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: "ada@example.com" });
    expect((await planOf(owner, "adaexample.com,,,,")).told).toEqual(["unreadable"]);
    expect((await planOf(owner, owner)).told).toEqual(["unreadable owner@example.com"]);
  });

  it("speaks for nobody outside the managed domains", async () => {
    await workbench();
    expect((await planOf(owner, "ada@elsewhere.example,,,,")).told).toEqual([
      "outside_managed_domains ada@elsewhere.example",
    ]);
  });
});
