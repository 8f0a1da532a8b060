import { expect, it } from "vitest";
import { readState } from "../../lib/ledger/state.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const reviewer = Buffer.from("Role:1").toString("base64");
const config = {
  roles: [
    { when: { group: "ml-leads" }, role: "admin" as const },
    { when: { department: ["Labeling", "Review"] }, role: "annotator" as const, inviteMode: "none" as const },
    { when: { title: "Auditor" }, role: { type: "custom" as const, id: reviewer }, isDeveloper: false },
    { when: { source: "standard", emailDomain: "example.com" }, role: "member" as const, isDeveloper: false },
  ],
  unmatched: "not_provisioned" as const,
  allowedRoles: ["member", "annotator"],
};
const later = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();

it("gives people what the first rule that fits them says", async () => {
  const bench = await workbench({ config });
  const people = {
    "lead@example.com": { groups: ["all", "ml-leads"] },
    "label@example.com": { groups: [], department: "labeling" },
    "audit@example.com": { groups: [], department: "Finance", title: "auditor" },
    "other@example.com": {},
    "asks@example.com": { groups: ["ml-leads"], role: "annotator" as const },
  };
  for (const [email, person] of Object.entries(people)) await bench.deliver([eventOf("joiner", email, { person })]);
  const got = Object.fromEntries(
    bench.fake.users().map(({ email, role, isDeveloper, status }) => [email, { role, isDeveloper, status }]),
  );
  const predefined = (name: string) => ({ type: "predefined", name });
  expect(got).toMatchObject({
    "lead@example.com": { role: predefined("admin"), isDeveloper: true, status: "invited" },
    "label@example.com": { role: predefined("annotator"), isDeveloper: false, status: "active" },
    "audit@example.com": { role: { type: "custom", id: reviewer }, isDeveloper: false },
    "other@example.com": { role: predefined("member"), isDeveloper: false },
    "asks@example.com": { role: predefined("annotator") },
  });
});

it("does not invite those whom no rule fits, and says so", async () => {
  const bench = await workbench({ config: { ...config, roles: config.roles.slice(0, 2) } });
  await bench.deliver([eventOf("joiner", ada, { person: { department: "Sales" } })]);
  expect(bench.fake.users().some(({ email }) => email === ada)).toBe(false);
  expect(await bench.trail(ada)).toMatchObject([{ outcome: "none", reason: "not_provisioned" }]);
});

it("judges a later event by what earlier ones said", async () => {
  const bench = await workbench({ config });
  await bench.deliver([eventOf("joiner", ada, { person: { groups: [], title: "Auditor", department: "Finance" } })]);
  const [user] = bench.fake.users().filter(({ email }) => email === ada);
  expect(user).toMatchObject({ isDeveloper: false, role: { type: "custom" } });
  // A thin update, which names neither title nor groups, is no reason to take anything away.
  await bench.deliver([eventOf("mover", ada, { occurredAt: later(1), person: { name: "Ada L." } })]);
  await bench.deliver([eventOf("mover", ada, { occurredAt: later(2), person: { department: "Review" } })]);
  const trail = await bench.trail(ada);
  expect(trail.map(({ outcome, reason }) => [outcome, reason])).toEqual([
    ["invited", undefined],
    ["updated", undefined],
    ["none", "role_change_unsupported"],
  ]);
});

it("renews with the role and the permission that the person has", async () => {
  const bench = await workbench({ config });
  bench.fake.seed({ email: ada, status: "expired", role: "member", is_developer: true });
  await bench.deliver([eventOf("joiner", ada, { person: { groups: ["ml-leads"] } })]);
  expect(bench.fake.users().find(({ email }) => email === ada)).toMatchObject({
    status: "invited",
    role: { name: "member" },
    isDeveloper: true,
  });
});

it("shows what it would have decided while it only observes, and remembers nothing", async () => {
  const bench = await workbench({ config: { ...config, mode: "observe" } });
  await bench.deliver([eventOf("joiner", ada, { person: { department: "Review" } })]);
  expect(await bench.trail(ada)).toMatchObject([{ outcome: "would_create" }]);
  expect(bench.fake.calls()).toEqual({ "GET /v2/users": 1 });
  expect(await readState(bench.table, bench.identity.person(ada))).not.toHaveProperty("traits");
});
