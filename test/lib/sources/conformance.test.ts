import { PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Rejected } from "../../../lib/errors.ts";
import type { LifecycleEvent } from "../../../lib/lifecycle/event.ts";
import type { Normalized } from "../../../lib/sources/source.ts";
import type { Sealed, ToldKind } from "../../fixtures/sources/fixture.ts";
import { webhook } from "../../support/sign.ts";
import { sourceSuites } from "../../support/source-suites.ts";
import { type Workbench, workbench } from "../../support/workbench.ts";

const zoe = { email: "zoe@example.com", name: "Zoë Ångström 李小龍" };
const minutes = 60_000;

/**
 * What every source in the registry has to do, shown with its fixture; through the exported handler wherever a status or
 * the queue is part of the answer.
 */
describe.each(sourceSuites)("$name", ({ name, source, fixture, secret }) => {
  const options = source.options.parse(fixture.options);
  const told = Object.keys(fixture.kinds).filter(isTold);
  const externalId = fixture.idOf(zoe.email);
  const bodyOf = (kind: ToldKind) => fixture.hook({ ...zoe, kind, externalId }) ?? "";
  const good = bodyOf(told[0] ?? "leaver");
  // Protocols that word their own rejections may want another status for them.
  const denied = source.rejected ? 400 : 401;
  const seal = (body: string, { by = secret, at = new Date() } = {}) => fixture.seal(body, { secret: by, at });

  const start = () => workbench({ config: { sources: { [name]: fixture.options } } });
  const post = (bench: Workbench, { headers, body, query = {} }: Sealed) =>
    bench.ingest({ path: `/webhooks/${name}`, headers, body, query });

  async function verified(sealed: Sealed, secrets: readonly string[], receivedAt?: Date): Promise<Normalized> {
    const request = { ...webhook(sealed, receivedAt), query: sealed.query ?? {} };
    const body = await source.verify(request, secrets, options);
    return source.normalize({ ...request, body }, options);
  }

  /** Posts to a new stack and expects it to be turned away in a few words that tell nothing, with nothing queued. */
  async function expectTurnedAway(sealed: Sealed, ...statuses: number[]): Promise<void> {
    const bench = await start();
    const answer = await post(bench, sealed);
    expect(statuses).toContain(answer.statusCode);
    expect(answer.body).not.toMatch(/zoe|example\.com/i);
    expect(answer.body?.length).toBeLessThan(200);
    expect(await queued(bench)).toEqual([]);
  }

  it("takes what is genuine, as the kind that it is", async () => {
    const bench = await start();
    for (const kind of told) expect([200, 202]).toContain((await post(bench, await seal(bodyOf(kind)))).statusCode);
    const events = await queued(bench);
    expect(events.map(({ kind }) => kind).sort()).toEqual(told.map((kind) => fixture.kinds[kind]).sort());
    for (const { id, person, ...event } of events) {
      expect(event).toMatchObject({ source: name, attempt: 0 });
      expect(id).toMatch(new RegExp(`^${name}:.`));
      expect([externalId, undefined]).toContain(person.externalId);
      expect([zoe.email, undefined]).toContain(person.email);
      // Whatever the script, a name is kept as it is written.
      expect([zoe.name, undefined]).toContain(person.name);
    }
  });

  it("turns away the wrong secret", async () => {
    await expectTurnedAway(await seal(good, { by: fixture.otherSecret }), denied);
    await expect(verified(await seal(good), [])).rejects.toThrow(Rejected);
    await expect(verified(await seal(good), ["", " "])).rejects.toThrow(Rejected);
  });

  it("takes the old secret and the new one while it is rotated", async () => {
    const bench = await start();
    const put = { SecretId: `webhooks/${name}`, SecretString: fixture.otherSecret };
    await new SecretsManagerClient().send(new PutSecretValueCommand(put));
    const answers = [
      await post(bench, await seal(good)),
      await post(bench, await seal(bodyOf(told.at(-1) ?? "leaver"), { by: fixture.otherSecret })),
    ];
    expect(answers.filter(({ statusCode = 0 }) => statusCode >= 300)).toEqual([]);
    expect(await queued(bench)).toHaveLength(2);
  });

  it("turns away what a single byte makes another", async () => {
    const sealed = await seal(good);
    if (fixture.covers === "nothing") return expectTurnedAway(await seal(good, { by: flipped(secret, 7) }), denied);
    await expectTurnedAway({ ...sealed, body: flipped(sealed.body, 11) }, 400, 401);
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.body.length - 1), async (position) => {
        const changed = { ...sealed, body: flipped(sealed.body, position) };
        await expect(verified(changed, [secret])).rejects.toThrow(Rejected);
      }),
      { numRuns: 25 },
    );
  });

  it("says whether a replay is turned away", () => {
    expect(source.signsTime).toBe(fixture.toleranceMs !== undefined);
  });

  if (fixture.toleranceMs === undefined) {
    it("takes a replay for what it is, however late: no time is signed", async () => {
      const sealed = await seal(good);
      const [first, later] = [
        await verified(sealed, [secret]),
        await verified(sealed, [secret], hence(24 * 60 * minutes)),
      ];
      expect(later.events[0]?.id === first.events[0]?.id).toBe(fixture.again === "the same event");
    });
  } else {
    const { toleranceMs } = fixture;
    it("turns away a replay once its time is over", async () => {
      const sealed = await seal(good);
      await expect(verified(sealed, [secret], hence(minutes))).resolves.toMatchObject({ bad: [] });
      await expect(verified(sealed, [secret], hence(toleranceMs + minutes))).rejects.toThrow(Rejected);
    });

    it.each([-1, 1])("turns away what was signed too long ago, or is yet to be: %i", async (sign) => {
      await expectTurnedAway(await seal(good, { at: hence(sign * (toleranceMs + minutes)) }), denied);
    });
  }

  it("turns away an empty body", async () => {
    await expectTurnedAway(await seal(""), 400, 401);
  });

  it("turns away another media type", async () => {
    const sealed = await seal(good);
    await expectTurnedAway({ ...sealed, headers: { ...sealed.headers, "content-type": "text/csv" } }, 415);
  });

  it("turns away 2 MiB", async () => {
    const sealed = await seal(good);
    await expectTurnedAway({ ...sealed, body: `${sealed.body}${" ".repeat(2 * 1024 * 1024)}` }, 413);
  });

  it("acknowledges a type that it does not know", async () => {
    const bench = await start();
    const answer = await post(bench, await seal(fixture.unknownType));
    expect([200, 202]).toContain(answer.statusCode);
    expect(await queued(bench)).toEqual([]);
    expect((await verified(await seal(fixture.unknownType), [secret])).ignored).toHaveLength(1);
  });

  it("queues a delivery that is repeated as what it is", async () => {
    const bench = await start();
    const sealed = await seal(good);
    for (const _ of [1, 2]) expect((await post(bench, sealed)).statusCode).toBeLessThan(300);
    expect(await queued(bench)).toHaveLength(fixture.again === "the same event" ? 1 : 2);
  });

  it("queues nothing about nobody", async () => {
    const bench = await start();
    expect((await post(bench, await seal(fixture.nobody))).statusCode).toBeLessThan(500);
    expect(await queued(bench)).toEqual([]);
  });

  const { batch } = fixture;
  if (batch !== undefined) {
    it("loses no good element for a bad one beside it", async () => {
      const bench = await start();
      const sealed = await seal(batch);
      expect((await post(bench, sealed)).statusCode).toBeLessThan(300);
      expect(await queued(bench)).toHaveLength(2);
      expect((await verified(sealed, [secret])).bad).toHaveLength(1);
    });
  }
});

function hence(ms: number): Date {
  return new Date(Date.now() + ms);
}

function isTold(kind: string): kind is ToldKind {
  return kind !== "invitation.renew";
}

async function queued(bench: Workbench): Promise<LifecycleEvent[]> {
  return [...(await bench.take("leavers")), ...(await bench.take("changes"))];
}

/** The text with another character at a place. */
function flipped(text: string, position: number): string {
  const code = (text.codePointAt(position) ?? 0) ^ 1;
  return text.slice(0, position) + String.fromCodePoint(code) + text.slice(position + 1);
}
