import { describe, expect, it } from "vitest";
import { findShelved, markReleased, shelve } from "../../../lib/ledger/shelf.ts";
import { type TestConsole, testConsole } from "../../support/console.ts";
import { eventOf, type Workbench, workbench } from "../../support/workbench.ts";

const noBudget = { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } };
const ada = "ada@example.com";
const word = { shelf: "held", by: "Cy", note: "HR said so" };

/** Somebody whose leaver is held. */
async function held(bench: Workbench, email = ada): Promise<string> {
  await bench.deliver([eventOf("joiner", email)]);
  const leaver = eventOf("leaver", email);
  await bench.deliver([leaver]);
  return leaver.id;
}

async function open(guards: object = {}): Promise<{ bench: Workbench; page: TestConsole }> {
  const bench = await workbench({ config: { guards: { ...noBudget, ...guards } } });
  return { bench, page: await testConsole({}, { liveEveryMs: 20, idleEveryMs: 20 }) };
}

const outcomes = async (bench: Workbench, email = ada) => (await bench.trail(email)).map(({ outcome }) => outcome);

describe("one that waits", () => {
  it("is shown with why, and what would happen", async () => {
    const { bench, page } = await open();
    await held(bench);
    const { text } = await page.get("/attention");
    expect(text).toContain("deletion_budget");
    expect(text).toContain("more deletions than guards.deletions allows");
    expect(text).toContain("then they are deleted at Arize, for ever");
    expect((await page.get("/attention?before=yesterday")).status).toBe(400);
    expect((await page.get("/attention?kind=joiner")).text).toContain("Nothing is held that fits.");
  });

  it("is shown with every address that is known", async () => {
    const { bench, page } = await open();
    const event = eventOf("leaver", ada);
    const knownEmails = ["ada.king@example.com", "ada.lovelace@example.com"];
    await shelve(
      bench.table,
      "HELD",
      { event, person: bench.identity.person(ada), reason: "email_change", knownEmails },
      0,
    );
    const { text } = await page.get("/attention");
    expect(text).toContain(`known as ${knownEmails.map((email) => `<b>${email}</b>`).join(", ")}.`);
  });

  it("is released by who types whom it is about, and says why", async () => {
    const { bench, page } = await open();
    const id = await held(bench);
    const release = { ...word, id, verb: "release" };
    for (const [fields, problem] of [
      [release, `type ${ada} to release it`],
      [{ ...release, typed: "bo@example.com" }, `type ${ada} to release it`],
      [{ ...release, typed: ada, note: " " }, "say why"],
      [{ ...release, typed: ada, by: "" }, "say who you are"],
      [{ ...release, typed: ada, verb: "redrive" }, "say what to do"],
      [{ ...release, typed: ada, id: "standard:another" }, "nothing waits under the id"],
    ] as const) {
      expect((await page.submit("/attention/one", { ...fields })).text).toContain(problem);
    }
    expect(await bench.take("leavers")).toEqual([]);

    const { text } = await page.submit("/attention/one", { ...release, typed: ada });
    expect(text).toContain(`The leaver of ${ada} is on the queue again.`);
    await bench.deliver(await bench.take("leavers"));
    expect(await outcomes(bench)).toEqual(["invited", "held", "released", "removed"]);
    const released = (await bench.trail(ada)).find(({ outcome }) => outcome === "released");
    expect(released).toMatchObject({ by: "Cy", note: "HR said so" });
    expect((await page.submit("/attention/one", { ...release, typed: ada })).text).toContain(
      "nothing waits under the id",
    );
  });

  it("says so when it was put back before and has not ended", async () => {
    const { bench, page } = await open();
    const id = await held(bench);
    await markReleased(bench.table, "HELD", id, word, Date.now() - 3_600_000);
    expect((await page.get("/attention")).text).toMatch(/Cy put it back <time.*has not ended/);
  });

  it("is dismissed", async () => {
    const { bench, page } = await open();
    const id = await held(bench);
    await page.submit("/attention/one", { ...word, id, verb: "dismiss", typed: ada });
    expect(await findShelved(bench.table, "HELD", id)).toBeUndefined();
    expect(await outcomes(bench)).toEqual(["invited", "held", "dismissed"]);
  });

  it("is redriven without a word more where nobody can be deleted", async () => {
    const { bench, page } = await open();
    bench.fake.seed({ email: ada, status: "inactive" });
    const joiner = eventOf("joiner", ada);
    await bench.deliver([joiner]);
    expect((await page.get("/attention?shelf=parked")).text).toContain("this address can never be invited again");
    await page.submit("/attention/one", { ...word, shelf: "parked", id: joiner.id, verb: "redrive" });
    expect(await bench.take("changes")).toMatchObject([{ id: joiner.id, attempt: 1 }]);
  });
});

describe("a rehearsal", () => {
  const rehearsed = async ({ get, post }: TestConsole, id: string) => {
    await post("/attention/rehearse", { shelf: "held", id });
    await expect.poll(async () => (await get("/attention")).text, { timeout: 15_000 }).toContain("Rehearsed");
    return (await get("/attention")).text;
  };

  it("tells what the worker's own code would do, and changes nothing", async () => {
    const { bench, page } = await open();
    const id = await held(bench);
    expect(await rehearsed(page, id)).toContain("<b>would delete</b>");
    expect(await outcomes(bench)).toEqual(["invited", "held"]);
    expect(bench.fake.users().find(({ email }) => email === ada)?.status).toBe("invited");
  });

  it("tells that protected people stay protected", async () => {
    const { bench, page } = await open();
    const id = await held(bench, "root@example.com");
    expect((await page.get("/attention")).text).toContain("only the configuration can change that");
    expect(await rehearsed(page, id)).toContain("<b>would hold (protected_email:");
  });
});

/** What the form about all of them says that it showed. */
async function seen(page: TestConsole, path = "/attention"): Promise<string> {
  const [, digest = ""] = /name="seen" value="([0-9a-f]+)"/.exec((await page.get(path)).text) ?? [];
  return digest;
}

describe("several that wait", () => {
  it("are decided about by who types how many they are", async () => {
    const { bench, page } = await open();
    await held(bench);
    await held(bench, "bo@example.com");
    const all = { ...word, verb: "release", kind: "leaver", seen: await seen(page) };
    expect((await page.submit("/attention/all", { ...all, typed: "release 3" })).text).toContain(
      "type &quot;release 2&quot; to go on",
    );
    expect((await page.submit("/attention/all", { ...all, kind: "joiner", typed: "release 0" })).text).toContain(
      "nothing fits any more",
    );
    expect((await page.submit("/attention/all", { ...all, typed: "release 2" })).text).toContain(
      "2 held events: release is done.",
    );
    expect(await bench.take("leavers")).toHaveLength(2);
  });

  it("are those that the page showed, or nothing is done", async () => {
    const { bench, page } = await open();
    const [first] = [await held(bench), await held(bench, "bo@example.com")];
    const all = { ...word, verb: "release", typed: "release 2", seen: await seen(page) };
    await page.submit("/attention/one", { ...word, id: first, verb: "dismiss", typed: ada });
    await held(bench, "cy@example.com");
    expect((await page.submit("/attention/all", all)).text).toContain("what waits is not what this page showed");
    expect((await page.submit("/attention/all", { ...all, seen: "" })).text).toContain("not what this page showed");
    expect(await bench.take("leavers")).toEqual([]);
    const again = await page.submit("/attention/all", { ...all, seen: await seen(page) });
    expect(again.text).toContain("2 held events: release is done.");
  });

  it("that waited again after a release count as others", async () => {
    const { bench, page } = await open();
    const id = await held(bench);
    await held(bench, "bo@example.com");
    const all = { ...word, verb: "release", typed: "release 2", seen: await seen(page) };
    await page.submit("/attention/one", { ...word, id, verb: "release", typed: ada });
    const [again] = await bench.take("leavers");
    if (again === undefined) throw new Error("it was to be queued");
    await shelve(bench.table, "HELD", { event: again, person: "ada", reason: "last_admin" }, Date.now());
    expect((await page.submit("/attention/all", all)).text).toContain("not what this page showed");
  });

  it("take two different people above a set size", async () => {
    const { bench, page } = await open({ twoPeopleAbove: 1 });
    await held(bench);
    await held(bench, "bo@example.com");
    expect((await page.get("/attention")).text).toContain("This takes two people");
    const all = { ...word, verb: "release", typed: "release 2", seen: await seen(page) };
    expect((await page.submit("/attention/all", all)).text).toContain("Proposed for 2 events");
    expect((await page.submit("/attention/all", all)).text).toContain("Proposed for 2 events");
    expect(await bench.take("leavers")).toEqual([]);
    expect((await page.get("/attention")).text).toContain("Cy proposed to release these 2");
    expect((await page.get("/attention?kind=joiner")).text).not.toContain("proposed to");
    expect((await page.submit("/attention/all", { ...all, by: "Di" })).text).toContain("release is done");
    expect(await bench.take("leavers")).toHaveLength(2);
    const words = (await bench.trail(ada)).filter(({ outcome }) => outcome === "released");
    expect(words).toMatchObject([{ by: "Di, proposed by Cy" }]);
  });
});
