import { afterEach, expect, it } from "vitest";
import * as z from "zod/mini";
import type { Fault } from "../../faults/chaos.ts";
import { startProxy } from "../../faults/proxy.ts";
import type { Step } from "../../faults/steps.ts";
import { localSecrets, secretIds, urlOf } from "../../local/environment.ts";
import { startFakeArize } from "../../local/fake-arize/server.ts";

/** What the lab does to answers, as the other side sees it; against the fake of Arize. */
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const pageSchema = z.object({
  users: z.array(z.object({ email: z.string() })),
  pagination: z.object({ has_more: z.boolean(), next_cursor: z.optional(z.string()) }),
});

async function startBroken(fault: Fault) {
  const apiKey = localSecrets[secretIds.arize];
  const arize = await startFakeArize({ port: 0, apiKey });
  const emails = ["ada", "ben", "cleo", "dan", "eve"].map((name) => ({ email: `${name}@example.com` }));
  await fetch(`${urlOf(arize.port)}/_fake/users`, { method: "POST", body: JSON.stringify(emails) });
  const steps: Step[] = [];
  const proxy = await startProxy({
    service: "arize",
    port: arize.port,
    decide: (step) => {
      steps.push(step);
      return fault;
    },
    kill: () => {},
    onEffect: () => {},
  });
  closing.push(proxy.close, arize.close);
  const list = async (query = "") => {
    const headers = { authorization: `Bearer ${apiKey}` };
    const response = await fetch(`${urlOf(proxy.port)}/v2/users?limit=2${query}`, { headers });
    const { users, pagination } = pageSchema.parse(await response.json());
    return { emails: users.map(({ email }) => email), ...pagination };
  };
  return { list, steps };
}

it("leads back to the page that was just read, be it the first or a later one", async () => {
  const { list, steps } = await startBroken("page that repeats");
  const first = await list();
  const again = await list(`&cursor=${first.next_cursor}`);
  expect(again).toEqual(first);
  const later = `&cursor=${Buffer.from("users:2").toString("base64")}`;
  const second = await list(later);
  expect(second.emails).not.toEqual(first.emails);
  expect(`&cursor=${second.next_cursor}`).toBe(later);
  expect(steps.map(({ isList }) => isList)).toEqual([true, true, true]);
});

it("ends a list too early, without a word, or promises more and does not say where", async () => {
  const short = await startBroken("short page");
  expect(await short.list()).toMatchObject({ emails: [expect.any(String)], has_more: false });
  const lost = await startBroken("page without a cursor");
  const page = await lost.list();
  expect(page).toMatchObject({ has_more: true });
  expect(page.next_cursor).toBeUndefined();
});
