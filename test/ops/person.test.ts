import { describe, expect, it } from "vitest";
import { reportPerson } from "../../ops/person.ts";
import { sendEvent } from "../../ops/send.ts";
import { putBack } from "../../ops/shelves.ts";
import { operator } from "../support/operator.ts";
import { eventOf, type Workbench, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const noBudget = { guards: { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } } };
const answerOf = async (email = ada) => (await reportPerson(await operator(), email)).answer.join(" ");

async function joined(bench: Workbench): Promise<void> {
  await bench.deliver([eventOf("joiner", ada, { person: { name: "Ada Lovelace" } })]);
}

describe("is somebody out", () => {
  it("says since when, who asked for it, and which reading proved it", async () => {
    const bench = await workbench();
    await joined(bench);
    const leaver = eventOf("leaver", ada, { id: "okta:left", source: "okta" });
    await bench.deliver([leaver]);
    const report = await reportPerson(await operator(), " ADA@example.com ");
    expect(report).toMatchObject({
      email: ada,
      isOut: true,
      atArize: null,
      askedBy: { by: null, source: "okta", event: "okta:left", happenedAt: leaver.occurredAt },
      next: [],
    });
    const proof = report.history.at(-1)?.calls?.at(-1);
    expect(report.since).toBe(proof?.at);
    expect(report.answer).toEqual([
      expect.stringMatching(
        `^Out since .*: removed after a leaver from okta \\(okta:left\\).*404, request ${proof?.requestId}\\.$`,
      ),
    ]);
  });

  it("names the operator who asked", async () => {
    const bench = await workbench();
    await joined(bench);
    await sendEvent(await operator(), "leaver", ada, {}, "Cy Operator");
    expect(await answerOf()).toMatch(/A leaver that Cy Operator asked for on .* is still on the queue/);
    await bench.deliver(await bench.take("leavers"));
    expect(await reportPerson(await operator(), ada)).toMatchObject({ isOut: true, askedBy: { by: "Cy Operator" } });
    expect(await answerOf()).toContain("asked for by Cy Operator");
  });

  it("says what they are and what waits for an operator when they are not", async () => {
    const bench = await workbench({ config: noBudget });
    await joined(bench);
    const leaver = eventOf("leaver", ada);
    await bench.deliver([leaver]);
    const report = await reportPerson(await operator(), ada);
    expect(report).toMatchObject({ isOut: false, since: null, waiting: [{ where: "held", id: leaver.id }] });
    expect(report.answer[0]).toMatch(/^Not out: invited at Arize as member; invited after a joiner/);
    expect(report.answer[1]).toMatch(
      /^A leaver is held since .*: deletion_budget, more deletions than guards.deletions allows/,
    );
    expect(report.next[0]).toContain(`held release ${leaver.id}`);
    await putBack(bench, "HELD", leaver.id, { by: "cy", note: "HR said so" });
    await bench.deliver(await bench.take("leavers"));
    const after = await reportPerson(await operator(), ada);
    expect(after).toMatchObject({ isOut: true, waiting: [] });
    expect(after.history.map(({ outcome }) => outcome)).toEqual(["invited", "held", "released", "removed"]);
  });

  it("does not pretend to know when Arize cannot be asked", async () => {
    const bench = await workbench();
    await joined(bench);
    await bench.deliver([eventOf("leaver", ada)]);
    bench.fake.fault({ route: "GET /v2/users", status: 500, times: null });
    const report = await reportPerson(await operator(), ada);
    expect(report).toMatchObject({ isOut: null, atArize: expect.stringContaining("cannot be asked") });
    expect(report.answer[0]).toContain("The ledger last knew: removed after a leaver");
  });
});

describe("why was somebody not invited", () => {
  it("because they were deleted before", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada, status: "inactive" });
    await bench.deliver([eventOf("joiner", ada)]);
    expect(await answerOf()).toMatch(
      /^Not at Arize\. A joiner is parked since .*: blocked_forever, .*give them another one/,
    );
  });

  it("because nobody manages their domain", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", "ada@elsewhere.example")]);
    expect(await answerOf("ada@elsewhere.example")).toContain(
      "outside_managed_domains, their address is in none of managedDomains",
    );
  });

  it("because the mode is observe", async () => {
    const bench = await workbench({ config: { mode: "observe" } });
    await joined(bench);
    expect(await answerOf()).toContain("the mode is observe, so nothing was changed");
  });

  it("because something newer was known", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("leaver", ada)]);
    await bench.deliver([eventOf("joiner", ada, { occurredAt: new Date(Date.now() - 60_000).toISOString() })]);
    expect(await answerOf()).toContain("something newer was known already");
  });

  it("because their first day is to come", async () => {
    const bench = await workbench();
    await bench.deliver([eventOf("joiner", ada, { effectiveAt: new Date(Date.now() + 9e7).toISOString() })]);
    expect(await answerOf()).toMatch(/A joiner waits for its day, for /);
  });

  it("because no event ever came", async () => {
    await workbench();
    expect(await reportPerson(await operator(), ada)).toMatchObject({
      isOut: true,
      history: [],
      answer: ["Not at Arize.", expect.stringContaining("No event about this address ever arrived")],
    });
  });
});

it("takes only an address", async () => {
  await workbench();
  await expect(reportPerson(await operator(), "ada")).rejects.toThrow("that is no email address");
});
