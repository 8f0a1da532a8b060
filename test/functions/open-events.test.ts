import { PutCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { readState } from "../../lib/ledger/state.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { ada, day, ends, held, made, open, plan, status, whenDue, word, workAll } from "../support/plans.ts";
import type { Workbench } from "../support/workbench.ts";

/** What came and is not through, wherever it waits, holds the plan that it would call off or follow. */
const unusable: Pick<LifecycleEvent, "person"> = { person: { email: ada, role: { type: "custom", id: "another" } } };
const marks = async ({ table, identity }: Workbench, email = ada) =>
  Object.keys(await readState(table, identity.person(email))).filter((name) => name.startsWith("open"));

describe("a planned last day", () => {
  it("waits for a return that was put back behind another event of theirs", async () => {
    const bench = await open(true);
    const last = plan("leaver", 60);
    await bench.deliver([last]);
    const behind = [made("mover", 31), made("reinstate", 30)];
    const paused = await bench.restart({ mode: "paused" });
    expect(await paused.deliver(behind)).toEqual(behind.map(({ id }) => id));
    const acting = await bench.restart();
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    expect(await acting.deliver(behind, { receives: 2 })).toEqual([]);
    expect(await ends(bench, last)).toEqual(["scheduled", "held", "overtaken"]);
    expect(await marks(bench)).toEqual([]);
  });

  it("waits for each of two returns that an operator has to look at, and goes on when both are given up", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const [first, copy] = [made("reinstate", 30, unusable), made("reinstate", 25, unusable)];
    await bench.deliver([first, copy]);
    await dismiss(bench, "PARKED", copy.id, word);
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await dismiss(bench, "PARKED", first.id, word);
    await bench.deliver([plan("leaver", 50)]);
    await whenDue(bench);
    expect(status(bench)).toBe("inactive");
  });

  it("waits for a return whose id another event has that is put back and then ends", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const back = made("reinstate", 30, unusable);
    await bench.deliver([back]);
    const joiner = made("joiner", 20, { id: back.id });
    await (await bench.restart({ mode: "paused" })).deliver([joiner]);
    const acting = await bench.restart();
    await acting.deliver([joiner], { receives: 2 });
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });

  it("waits for a planned return that was put back, and for nothing once they are there again", async () => {
    const bench = await open(true);
    const at = Date.now() + day;
    await bench.deliver([made("leaver", 60, { effectiveAt: new Date(at).toISOString() })]);
    const first = made("joiner", 30, { effectiveAt: new Date(at).toISOString() });
    const paused = await bench.restart({ mode: "paused" });
    expect(await paused.deliver([first])).toEqual([first.id]);
    const acting = await bench.restart();
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver planned_return"]);
    expect(await acting.deliver([first], { receives: 2 })).toEqual([]);
    expect(await ends(bench, first)).toEqual(["none"]);
  });

  it.each([
    ["made before the last one", 60, 30, 2_000],
    ["made after it", 30, 60, 2_000],
    ["on the very moment", 60, 30, 0],
  ])("waits for a planned return that an operator has to look at: %s", async (_, joinerMade, leaverMade, later) => {
    const bench = await open(true);
    const at = Date.now() + day;
    const first = made("joiner", joinerMade, { effectiveAt: new Date(at + later).toISOString(), ...unusable });
    await bench.deliver([made("leaver", leaverMade, { effectiveAt: new Date(at).toISOString() })]);
    await bench.deliver([first]);
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver planned_return"]);
  });

  it("does not wait for a first day before it, nor for a joiner that says nothing about it", async () => {
    const bench = await open(true);
    const at = Date.now() + day;
    const first = made("joiner", 30, { effectiveAt: new Date(at - 100).toISOString(), ...unusable });
    await bench.deliver([made("leaver", 60, { effectiveAt: new Date(at).toISOString() })]);
    await bench.deliver([first, made("joiner", 20, unusable)]);
    await whenDue(bench);
    expect(status(bench)).toBe("inactive");
  });

  it("of somebody suspended waits for a return that was parked before the suspend was worked", async () => {
    const bench = await open(true, { suspension: { deleteAfterHours: 1 / 3_600_000 } });
    await bench.deliver([made("joiner", 20, unusable)]);
    await bench.deliver([made("suspend", 30)]);
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });

  it("waits for an operator where a return has become stale behind a joiner, which calls nothing off", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const paused = await bench.restart({ mode: "paused" });
    const back = made("reinstate", 30);
    await paused.deliver([back]);
    const acting = await bench.restart();
    await acting.deliver([made("joiner", 20)]);
    await acting.deliver([back], { receives: 2 });
    expect(await ends(bench, back)).toEqual(["stale"]);
    await whenDue(bench, 1, acting);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });

  it("waits for what a ledger of the version before knows to be open", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60)]);
    const state = await readState(bench.table, bench.identity.person(ada));
    const old = new PutCommand({ TableName: bench.table.name, Item: { ...state, openJoinerAt: Date.now() } });
    await bench.table.run((client) => client.send(old));
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });

  it("goes on waiting for more returns than the ledger keeps apart", async () => {
    const bench = await open(true);
    await bench.deliver([plan("leaver", 60, 3_000)]);
    const returns = Array.from({ length: 25 }, (_, n) => made("reinstate", 50 - n, unusable));
    await bench.deliver(returns);
    expect((await marks(bench)).length).toBeLessThan(25);
    for (const { id } of returns.slice(0, -1)) await dismiss(bench, "PARKED", id, word);
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });
});

it("somebody who leaves now waits for a first day that was planned since and is not through", async () => {
  const bench = await open(true);
  await bench.deliver([{ ...plan("joiner", 30, 3_600_000), ...unusable }]);
  await bench.deliver([made("leaver", 60)]);
  expect(status(bench)).toBe("active");
  expect(await held(bench)).toEqual(["leaver planned_return"]);
});

describe("somebody who leaves now", () => {
  it.each(["reinstate", "joiner"] as const)("waits for a newer %s that an operator has to look at", async (kind) => {
    const bench = await open(true);
    const back = made(kind, 20, unusable);
    const leaver = made("leaver", 30);
    await bench.deliver([back]);
    await bench.deliver([leaver]);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench);
    expect(status(bench)).toBe("inactive");
  });

  it("waits for a return that was put back while Arize was away, and is stale once that is through", async () => {
    const bench = await open(true);
    const [leaver, back] = [made("leaver", 30), made("reinstate", 20)];
    const paused = await bench.restart({ mode: "paused" });
    await paused.deliver([back]);
    const acting = await bench.restart();
    await acting.deliver([leaver]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await acting.deliver([back], { receives: 2 });
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench, acting.deliver);
    expect(status(bench)).toBe("active");
    expect(await ends(bench, leaver)).toEqual(["held", "released", "stale"]);
  });

  it("waits for a first day planned since, too, when it is released from another return that is parked", async () => {
    const bench = await open(true);
    await bench.deliver([plan("joiner", 30, 3_600_000)]);
    await bench.deliver([made("reinstate", 20, unusable)]);
    const leaver = made("leaver", 60);
    await bench.deliver([leaver]);
    expect(await held(bench)).toEqual(["leaver contradicted"]);
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver planned_return"]);
    await putBack(bench, "HELD", leaver.id, word);
    await workAll(bench);
    expect(status(bench)).toBe("inactive");
  });

  describe("and was held before a newer return was claimed, and parked", () => {
    const forbidden = { route: "PATCH /v2/users/{id}", status: 403 };
    const renamed = { person: { email: ada, name: "Ada King" } };

    async function openHeld() {
      const bench = await open(true);
      const [leaver, back] = [made("leaver", 30), made("reinstate", 20, renamed)];
      await (await bench.restart({ mode: "paused" })).deliver([back]);
      const acting = await bench.restart();
      await acting.deliver([leaver]);
      expect(await held(bench)).toEqual(["leaver contradicted"]);
      bench.fake.fault(forbidden);
      await acting.deliver([back], { receives: 2 });
      expect(await ends(bench, back)).toEqual(["parked"]);
      const release = async () => {
        await putBack(bench, "HELD", leaver.id, word);
        await workAll(bench, acting.deliver);
        return ends(bench, leaver);
      };
      return { bench, acting, back, release };
    }

    it.each([true, false])("is deleted when it is released; the return dismissed before: %s", async (isDismissed) => {
      const { bench, back, release } = await openHeld();
      if (isDismissed) await dismiss(bench, "PARKED", back.id, word);
      expect(await release()).toEqual(["held", "released", "removed"]);
      expect(status(bench)).toBe("inactive");
    });

    it("is stale behind the return once that is through, whatever is parked since", async () => {
      const { bench, acting, back, release } = await openHeld();
      await putBack(bench, "PARKED", back.id, word);
      await workAll(bench, acting.deliver);
      bench.fake.fault(forbidden);
      const again = made("reinstate", 10);
      await acting.deliver([{ ...again, person: { email: ada, name: "Ada Byron" } }]);
      expect(await ends(bench, again)).toEqual(["parked"]);
      expect(await release()).toEqual(["held", "released", "stale"]);
      expect(status(bench)).toBe("active");
    });

    it("is stale behind a newer suspend that is parked", async () => {
      const { bench, acting, release } = await openHeld();
      bench.fake.fault({ route: "GET /v2/users", status: 403 });
      const suspend = made("suspend", 10);
      await acting.deliver([suspend]);
      expect(await ends(bench, suspend)).not.toContain("suspended");
      expect(await release()).toEqual(["held", "released", "stale"]);
      expect(status(bench)).toBe("active");
    });
  });

  it("does not wait for an older return that an operator has to look at", async () => {
    const bench = await open(true);
    await bench.deliver([made("reinstate", 40, unusable)]);
    await bench.deliver([made("leaver", 30)]);
    expect(status(bench)).toBe("inactive");
  });
});

describe("a return under another address than before", () => {
  const countess = "countess@example.com";
  const person = { email: countess, externalId: "00u1" };

  async function openHeld() {
    const bench = await open(true);
    await bench.deliver([made("mover", 60, { person: { ...person, email: ada } })]);
    const back = made("reinstate", 20, { person });
    await bench.deliver([back]);
    expect(await held(bench)).toEqual(["reinstate email_change"]);
    expect([await marks(bench), await marks(bench, countess)]).toMatchObject([{ length: 1 }, { length: 1 }]);
    return { bench, back };
  }

  it("holds nobody under any of them once it is dismissed", async () => {
    const { bench, back } = await openHeld();
    await dismiss(bench, "HELD", back.id, word);
    expect([await marks(bench), await marks(bench, countess)]).toEqual([[], []]);
    await bench.deliver([made("leaver", 30)]);
    expect(status(bench)).toBe("inactive");
  });

  it("holds nobody under any of them once an attempt of it comes that was put back after it was dismissed", async () => {
    const { bench, back } = await openHeld();
    await putBack(bench, "HELD", back.id, word);
    const [again] = await bench.take("changes");
    if (again === undefined) throw new Error("it was to be queued");
    await dismiss(bench, "HELD", back.id, word);
    const paused = await bench.restart({ mode: "paused" });
    await paused.deliver([made("mover", 10, { person }), again]);
    expect([await marks(bench), await marks(bench, countess)]).toMatchObject([{ length: 1 }, { length: 1 }]);
    await (await bench.restart()).deliver([again], { receives: 2 });
    expect([await marks(bench), await marks(bench, countess)]).toEqual([[], []]);
  });

  it("still holds a last day of the one before when it is through under its own: it has not called that off", async () => {
    const { bench, back } = await openHeld();
    await bench.deliver([plan("leaver", 30)]);
    await putBack(bench, "HELD", back.id, word);
    await workAll(bench);
    expect(bench.fake.users().map(({ email }) => email)).toContain(countess);
    expect(await marks(bench, countess)).toEqual([]);
    await whenDue(bench);
    expect(status(bench)).toBe("active");
    expect(await held(bench)).toEqual(["leaver contradicted"]);
  });

  it("holds nobody under any of them once it is dismissed after it was parked, too", async () => {
    const { bench, back } = await openHeld();
    await putBack(bench, "HELD", back.id, word);
    bench.fake.fault({ route: "POST /v2/users", status: 403 });
    await workAll(bench);
    await dismiss(bench, "PARKED", back.id, word);
    expect([await marks(bench), await marks(bench, countess)]).toEqual([[], []]);
  });
});

describe("a planned first day", () => {
  it("waits for a leaver that was put back and then merely observed", async () => {
    const bench = await open(true);
    await bench.deliver([plan("joiner", 60)]);
    const leaver = made("leaver", 30);
    await (await bench.restart({ mode: "paused" })).deliver([leaver]);
    await (await bench.restart({ mode: "observe" })).deliver([leaver], { receives: 2 });
    expect(await ends(bench, leaver)).toEqual(["would_delete"]);
    await whenDue(bench, 1, await bench.restart());
    expect(await held(bench)).toEqual(["joiner contradicted"]);
  });

  it("is not open any more once it is scheduled, be it merely observed", async () => {
    const bench = await open(true);
    const first = plan("joiner", 60, 7_200_000);
    await (await bench.restart({ mode: "paused" })).deliver([first]);
    expect(await marks(bench)).toHaveLength(1);
    const observing = await bench.restart({ mode: "observe" });
    await observing.deliver([first], { receives: 2 });
    await observing.deliver([plan("joiner", 30, 3_600_000)]);
    expect(await ends(bench, first)).toEqual(["scheduled", "overtaken"]);
    expect(await marks(bench)).toEqual([]);
  });

  it("is not open any more once a newer one has overtaken it, be it merely observed", async () => {
    const bench = await open(true);
    const first = plan("joiner", 60, 7_200_000);
    await (await bench.restart({ mode: "paused" })).deliver([first]);
    const observing = await bench.restart({ mode: "observe" });
    await observing.deliver([plan("joiner", 30, 3_600_000)]);
    await observing.deliver([first], { receives: 2 });
    expect(await ends(bench, first)).toEqual(["overtaken"]);
    expect(await marks(bench)).toEqual([]);
  });

  it("does not wait for a last day after it that is not through", async () => {
    const bench = await open(false);
    await bench.deliver([plan("joiner", 60)]);
    await (await bench.restart({ mode: "paused" })).deliver([plan("leaver", 30, 3_600_000)]);
    await whenDue(bench, 1, await bench.restart());
    expect(status(bench)).toBe("invited");
  });

  it("waits for a leaver that an error of our own has put back", async () => {
    const bench = await open(true);
    await bench.deliver([plan("joiner", 60)]);
    const broken = new PutCommand({ TableName: bench.table.name, Item: { pk: "LISTING", sk: "FULL", users: "many" } });
    await bench.table.run((client) => client.send(broken));
    const leaver = made("leaver", 30);
    expect(await bench.deliver([leaver])).toEqual([leaver.id]);
    await whenDue(bench);
    expect(await held(bench)).toEqual(["joiner contradicted"]);
  });
});
