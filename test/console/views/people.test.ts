import { describe, expect, it } from "vitest";
import { testConsole } from "../../support/console.ts";
import { eventOf, workbench } from "../../support/workbench.ts";

const ada = "ada@example.com";

describe("looking somebody up", () => {
  it("leads to a page whose address does not name them", async () => {
    const bench = await workbench();
    const { post } = await testConsole();
    const { status, location } = await post("/people", { email: " ADA@example.com " });
    expect([status, location]).toEqual([303, `/people/${bench.identity.person(ada)}`]);
  });

  it("says so when that is no address", async () => {
    await workbench();
    const { post } = await testConsole();
    const { status, text } = await post("/people", { email: "<ada>" });
    expect(status).toBe(400);
    expect(text).toContain("that is no email address");
    expect(text).toContain('value="&lt;ada&gt;"');
  });
});

it("lists about whom something came lately, each once with the newest of it", async () => {
  const bench = await workbench();
  await bench.deliver([eventOf("joiner", ada)]);
  await bench.deliver([eventOf("joiner", "bo@example.com")]);
  await bench.deliver([eventOf("leaver", ada)]);
  const { get } = await testConsole();
  const { text } = await get("/people");
  const outcomes = [...text.matchAll(/<span class="badge good">(\w+)</g)].map(([, word]) => word);
  expect(outcomes).toEqual(["removed", "invited"]);
});

describe("somebody's page", () => {
  it("tells who asked, what was decided and done, and how long it took", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada), eventOf("leaver", ada, { id: "okta:left", source: "okta" })]);
    const { submit } = await testConsole();
    const { text } = await submit("/people", { email: ada });
    for (const said of [
      "removed after a leaver from okta",
      "Decided: <b>delete</b>",
      "GET /v2/users/{id}",
      "Gone since",
      "as expected",
    ])
      expect(text).toContain(said);
  });

  it("says when Arize has not what the ledger expects, and when it cannot be asked", async () => {
    const bench = await workbench({ config: { mode: "observe" } });
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.seed({ email: ada });
    const { submit } = await testConsole();
    expect((await submit("/people", { email: ada })).text).toContain("not as expected");
    bench.fake.fault({ route: "GET /v2/users", status: 500, times: null });
    const { text } = await submit("/people", { email: ada });
    expect(text).toContain("Nobody can tell");
    expect(text).not.toContain("as expected");
  });

  it("has their history even when nobody said the address since the console started", async () => {
    const bo = "bo@example.com";
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", bo)]);
    const { get } = await testConsole();
    const { text } = await get(`/people/${bench.identity.person(bo)}`);
    expect(text).toContain("has not met this person's");
    expect(text).toContain("invited");
    expect(text).not.toContain(bo);
  });
});
