import { describe, expect, it } from "vitest";
import { listShelved } from "../lib/ledger/shelf.ts";
import { localSecrets, secretIds } from "../local/environment.ts";
import { type OktaLogEvent, oktaHook, oktaRequest } from "../local/signed-requests.ts";
import { putBack } from "../ops/shelves.ts";
import { type RunningStack, runningStack } from "./support/running-stack.ts";

/** Many at once, through the whole system: what a broken directory sync, or a whole company's first day, looks like. */
const timeout = 480_000;
const secret = localSecrets[secretIds.okta];
const people = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}${n}@example.com`);
const joins = (email: string) => ({ eventType: "user.lifecycle.activate", email });
const leaves = (email: string) => ({ eventType: "user.lifecycle.deactivate", email });
const inStatus = async (stack: RunningStack, status: string) =>
  Object.entries(await stack.people()).flatMap(([email, person]) => (person.status === status ? [email] : []));

/** Posts hooks of many events each, as Okta batches them; again, as it does, where a busy machine answers too late. */
async function post(stack: RunningStack, events: readonly OktaLogEvent[]): Promise<void> {
  for (let start = 0; start < events.length; start += 50) {
    const request = oktaRequest({ ...leaves("nobody@example.com"), secret });
    const body = JSON.stringify(oktaHook(...events.slice(start, start + 50)));
    await expect.poll(() => stack.send({ ...request, body }), { timeout: 60_000 }).toBe(200);
  }
}

describe("a flood of 2,000 leavers", { timeout }, () => {
  it("stops at the budget, while the joiners among them all arrive, and a released one goes", async () => {
    const perDay = 25;
    const deletions = { perHour: perDay, perDay, shareOfUsers: 1, floor: perDay };
    const stack = await runningStack({ config: { guards: { deletions } } });
    const [leavers, joiners] = [people("leaver", 2_000), people("joiner", 200)];
    await stack.fake(
      "POST",
      "/_fake/users",
      leavers.map((email) => ({ email })),
    );
    // Ten leavers, a joiner, ten leavers...
    await post(
      stack,
      joiners.flatMap((email, n) => [...leavers.slice(n * 10, n * 10 + 10).map(leaves), joins(email)]),
    );
    await expect.poll(() => stack.queued(), { timeout: 400_000, interval: 250 }).toBe(0);

    expect(await inStatus(stack, "inactive")).toHaveLength(perDay);
    expect(await inStatus(stack, "invited")).toHaveLength(joiners.length);
    const held = await listShelved(stack.table, "HELD");
    expect(held).toHaveLength(leavers.length - perDay);
    expect(new Set(held.map(({ reason }) => reason))).toEqual(new Set(["deletion_budget"]));

    const [one] = held;
    const email = one?.event.person.email ?? "";
    await putBack(stack, "HELD", one?.event.id ?? "", { by: "test", note: "HR confirmed" });
    const status = async () => (await stack.people())[email]?.status;
    await expect.poll(status, { timeout: 60_000, interval: 20 }).toBe("inactive");
    expect(await inStatus(stack, "inactive")).toHaveLength(perDay + 1);
  });
});

describe("2,000 queued joiners", { timeout }, () => {
  it("do not keep a leaver waiting who is sent behind them", async () => {
    const stack = await runningStack();
    await stack.fake("POST", "/_fake/users", { email: "ada@example.com" });
    const joiners = people("joiner", 2_000);
    await stack.fake("POST", "/_fake/faults", { route: "*", times: null, latencyMs: 50 });
    await post(stack, [...joiners.map(joins), leaves("ada@example.com")]);
    const endings = () => stack.lines.filter((line) => line.includes('"message":"event"'));
    const endedBefore = endings().length;
    const place = () => endings().findIndex((line) => line.includes('"outcome":"removed"'));
    await expect.poll(place, { timeout: 60_000 }).toBeGreaterThanOrEqual(0);
    // Few of those who were queued when the leaver was sent came to their end before the leaver did.
    expect(place() - endedBefore).toBeLessThan((joiners.length - endedBefore) / 2);
    expect(await stack.trail("ada@example.com")).toEqual(["removed"]);
  });
});
