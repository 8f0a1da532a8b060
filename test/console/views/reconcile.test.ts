import { expect, it } from "vitest";
import { testConsole } from "../../support/console.ts";
import { eventOf, workbench } from "../../support/workbench.ts";

const ada = "ada@example.com";
const weekMs = 8 * 86_400_000;

async function withExpired() {
  const bench = await workbench();
  await bench.deliver([eventOf("joiner", ada)]);
  bench.fake.advance(weekMs);
  return { bench, page: await testConsole() };
}

it("shows the plan of a dry run, which changes nothing", async () => {
  const { bench, page } = await withExpired();
  await page.post("/reconcile/sweep", { mode: "invitations", what: "plan" });
  await expect
    .poll(async () => (await page.get("/reconcile")).text, { timeout: 15_000 })
    .toContain("Dry run: invitations");
  const { text } = await page.get("/reconcile");
  expect(text).toMatch(/looked at 1, queued 0.*renew.*ada@example\.com/s);
  expect(await bench.take("changes")).toEqual([]);
});

it("runs a sweep, and shows when it ran last", async () => {
  const { bench, page } = await withExpired();
  expect((await page.get("/reconcile")).text).toContain("not yet");
  await page.post("/reconcile/sweep", { mode: "invitations", what: "run" });
  await expect
    .poll(async () => (await page.get("/reconcile")).text, { timeout: 15_000 })
    .toContain("Run: invitations: looked at 1, queued 1");
  expect(await bench.take("changes")).toMatchObject([{ kind: "invitation.renew" }]);
});

it("lists whose invitation was renewed how often, and how many renewals are left", async () => {
  const { bench, page } = await withExpired();
  await bench.reconcile({ mode: "invitations" });
  await bench.deliver(await bench.take("changes"));
  await page.post("/reconcile/renewals", {});
  await expect
    .poll(async () => (await page.get("/reconcile")).text, { timeout: 15_000 })
    .toContain("1 open invitations");
  expect((await page.get("/reconcile")).text).toMatch(
    /data-heading="Renewed"><div>1<.*data-heading="Left"><div>2<.*nothing yet/s,
  );
});

it("runs nothing that there is not", async () => {
  const { page } = await withExpired();
  expect((await page.submit("/reconcile/sweep", { mode: "__proto__", what: "run" })).text).toContain("no such sweep");
  expect((await page.submit("/reconcile/sweep", { mode: "full", what: "all" })).text).toContain("plan or to run");
});
