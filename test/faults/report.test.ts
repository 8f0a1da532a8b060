import { describe, expect, it } from "vitest";
import { makePlan } from "../../faults/plan.ts";
import { report } from "../../faults/report.ts";
import type { Result } from "../../faults/run.ts";
import { ledgerId } from "../../faults/senders.ts";
import { allZero } from "../../faults/verdict.ts";
import { Watch } from "../../faults/watch.ts";

const told = { seed: 1, events: 1_000, people: 50, scale: 5 };
const plan = makePlan({ ...told, base: Date.UTC(2026, 10, 24, 9) });
function result(zeros: Partial<Result["zeros"]> = {}): Result {
  return {
    zeros: { ...allZero(), ...zeros },
    plan,
    watch: new Watch("identity"),
    mails: { sent: 10, sentTwice: 1, unseen: 2 },
    times: [100, 200, 300_000],
    memory: { early: 100, late: 105, settling: 120 },
    deleted: 3,
    redelivered: 4,
    deaths: 5,
    budget: 6,
    seconds: 10,
  };
}

describe("the report of a run", () => {
  it("is no failure when all zeros are zero, and says how fast it was", () => {
    const { failed, text, json } = report(result(), told);
    expect(failed).toBe(false);
    expect(text).toContain("p50 0.2 s, p99 300.0 s");
    expect(text).toContain("105 MB resident at most in the last fifth, 1.05 of that in the first; 120 MB afterwards");
    expect(text).not.toContain("FAILED");
    expect(json).toMatchObject({ ...told, lost: 0, told: 0, mailsSentTwice: 1, eventsPerSecond: 100, p99Ms: 300_000 });
  });

  it.each(Object.keys(allZero()))("is a failure when %s is not zero, with the history of whom it is about", (name) => {
    const person = plan.people.find(({ facts }) => facts.length > 2);
    const [fact] = person?.facts ?? [];
    const email = person?.email ?? "";
    const wrong = result({ [name]: [email, email] });
    wrong.watch.note(email, "mortal: DELETE user -> 204");
    wrong.watch.note(fact ? ledgerId(fact) : "", "survivor: tried in vain");
    const { failed, text, json } = report(wrong, told);
    expect(failed).toBe(true);
    expect(json).toMatchObject({ [name]: 1 });
    expect(text).toContain(`${name}: ${email} (${person?.cast}`);
    expect(text).toContain(`${fact?.kind} ${fact && ledgerId(fact)}`);
    expect(text).toContain("mortal: DELETE user -> 204");
    expect(text).toContain("survivor: tried in vain");
    expect(text).toContain("FAILED");
  });
});
