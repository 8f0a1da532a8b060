import { DeleteCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, it } from "vitest";
import { listShelved } from "../../lib/ledger/shelf.ts";
import type { LifecycleEvent } from "../../lib/lifecycle/event.ts";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaRequest, standardRequest } from "../../local/signed-requests.ts";
import { dismiss, putBack } from "../../ops/shelves.ts";
import { type Workbench, workbench } from "../support/workbench.ts";

/** Requests that somebody captured, and sends once more when it suits them. */
const ada = "ada@example.com";
const word = { by: "test", note: "looked at it" };
const hours = (count: number) => new Date(Date.now() - count * 3_600_000).toISOString();
const statusOf = (bench: Workbench) => bench.fake.users().find(({ email }) => email === ada)?.status;
const held = async (bench: Workbench) => (await listShelved(bench.table, "HELD")).map(({ reason }) => reason);
const outcomes = async (bench: Workbench) => (await bench.trail(ada)).map(({ outcome }) => outcome);

const okta = (eventType: string, published: string) =>
  oktaRequest({ eventType, email: ada, published, secret: "local-okta-secret" });
const left = (hoursAgo: number) => okta("user.lifecycle.deactivate", hours(hoursAgo));

/** Sends a request and works what it brought; the last event of it. */
async function take(bench: Workbench, request: ReturnType<typeof okta>): Promise<LifecycleEvent | undefined> {
  const { statusCode } = await bench.ingest(request);
  expect([200, 202]).toContain(statusCode);
  const events = [...(await bench.take("leavers")), ...(await bench.take("changes"))];
  await bench.deliver(events);
  return events.at(-1);
}

describe("where a source signs no time", () => {
  it("a leaver older than a day is held, and goes once an operator releases it", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await take(bench, left(25));
    expect(await held(bench)).toEqual(["possible_replay"]);
    expect(statusOf(bench)).toBe("active");
    const [shelved] = await listShelved(bench.table, "HELD");
    await putBack(bench, "HELD", shelved?.event.id ?? "", word);
    await bench.deliver(await bench.take("leavers"));
    expect(statusOf(bench)).toBe("inactive");
  });

  it("a leaver older than a day goes at once where their source says the same when it is asked", async () => {
    const sources = { okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } } };
    const bench = await workbench({ config: { sources } });
    bench.fake.seed({ email: ada });
    await take(bench, left(25));
    expect(await held(bench)).toEqual([]);
    expect(statusOf(bench)).toBe("inactive");
  });

  it("a leaver that was under way for less than a day goes at once", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    await take(bench, left(23));
    expect(statusOf(bench)).toBe("inactive");
  });

  it("an old leaver of somebody who is not there needs nobody's decision", async () => {
    const bench = await workbench();
    await take(bench, left(25));
    expect(await outcomes(bench)).toEqual(["none"]);
  });

  it("an old joiner is applied: an invitation can be taken back", async () => {
    const bench = await workbench();
    await take(bench, okta("user.lifecycle.activate", hours(25)));
    expect(statusOf(bench)).toBe("invited");
  });
});

describe("a leaver that was seen before is known for ever", () => {
  /** The same request after SQS has forgotten that it saw it. */
  const again = (event: LifecycleEvent | undefined): LifecycleEvent[] =>
    event === undefined ? [] : [{ ...event, receivedAt: new Date().toISOString() }];

  it("also when its history is gone", async () => {
    const bench = await workbench();
    const leaver = await take(bench, left(2));
    await take(bench, okta("user.lifecycle.activate", hours(1)));
    for (const { receivedAt, event, attempt } of await bench.trail(ada)) {
      const Key = { pk: `PERSON#${bench.identity.person(ada)}`, sk: `EVENT#${receivedAt}#${event}#${attempt}#first` };
      await bench.table.run((client) => client.send(new DeleteCommand({ TableName: bench.table.name, Key })));
    }
    expect(await outcomes(bench)).toEqual([]);
    await bench.deliver(again(leaver));
    expect(await outcomes(bench)).toEqual(["stale"]);
    expect(statusOf(bench)).toBe("invited");
  });

  it("also when an operator had dismissed it", async () => {
    const noBudget = { deletions: { perHour: 0, perDay: 0, shareOfUsers: 0, floor: 0 } };
    const bench = await workbench({ config: { guards: noBudget } });
    bench.fake.seed({ email: ada });
    const leaver = await take(bench, left(2));
    await dismiss(bench, "HELD", leaver?.id ?? "", word);
    const spending = await bench.restart({});
    await spending.deliver(again(leaver));
    expect(await outcomes(bench)).toEqual(["held", "dismissed", "stale"]);
    expect(statusOf(bench)).toBe("active");
  });
});

describe("where a source signs the time", () => {
  it("a captured request is turned away after five minutes, and an old leaver that is signed now is applied", async () => {
    const bench = await workbench();
    bench.fake.seed({ email: ada });
    const secret = localSecrets[secretIds.standard];
    const event = { type: "person.left", data: { email: ada }, secret, timestamp: hours(48) };
    expect(await bench.ingest(standardRequest({ ...event, now: new Date(Date.now() - 301_000) }))).toMatchObject({
      statusCode: 401,
    });
    await take(bench, standardRequest(event));
    expect(statusOf(bench)).toBe("inactive");
  });
});
