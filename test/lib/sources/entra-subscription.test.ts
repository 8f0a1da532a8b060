import { expect, test } from "vitest";
import * as z from "zod/mini";
import { entraApi } from "../../../lib/sources/api-options.ts";
import { openEntra } from "../../../lib/sources/entra-directory.ts";
import { accessTo, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const api = entraApi.parse({ tenantId: "tenant", clientId: "client" });
const listSchema = z.object({
  value: z.array(z.object({ id: z.string(), notificationUrl: z.string(), expirationDateTime: z.string() })),
});

/** A webhook that answers Graph's handshake. */
const webhook = () =>
  serve((request, response) => {
    const token = new URL(request.url ?? "", "http://127.0.0.1").searchParams.get("validationToken") ?? "";
    response.writeHead(200, { "content-type": "text/plain" }).end(token);
  });

async function subscriptions(url: string) {
  const form = { grant_type: "client_credentials", client_id: "c", client_secret: "local-entra-token", scope: "s" };
  const answer = await fetch(`${url}/tenant/oauth2/v2.0/token`, { method: "POST", body: new URLSearchParams(form) });
  const { access_token: token } = z.object({ access_token: z.string() }).parse(await answer.json());
  const list = await fetch(`${url}/v1.0/subscriptions`, { headers: { authorization: `Bearer ${token}` } });
  return listSchema.parse(await list.json()).value;
}

test("is made at first and renewed from then on, for less than the 29 days that Graph allows", async () => {
  const { url } = await fakeSources();
  const receiver = await webhook();
  const to = { url: `${receiver}/webhooks/entra`, secret: async () => "the client state" };
  const { subscribe } = openEntra(api, { ...accessTo("entra", url), webhook: to });
  expect(await subscribe?.()).toBe("created");
  const [made] = await subscriptions(url);
  expect(await subscribe?.()).toBe("renewed");
  const [renewed, ...more] = await subscriptions(url);
  expect(more).toEqual([]);
  expect(renewed?.id).toBe(made?.id);
  expect(renewed?.notificationUrl).toMatch(/\/webhooks\/entra\?key=[0-9a-f]{8}$/);
  const days = (Date.parse(renewed?.expirationDateTime ?? "") - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(27);
  expect(days).toBeLessThan(29);
});

test("is made anew after a rotation, and the old one goes", async () => {
  const { url } = await fakeSources();
  const receiver = await webhook();
  const states = ["the first", "the second"];
  const to = (secret: string) => ({ url: `${receiver}/webhooks/entra`, secret: async () => secret });
  const urls: (string | undefined)[] = [];
  for (const state of states) {
    expect(await openEntra(api, { ...accessTo("entra", url), webhook: to(state) }).subscribe?.()).toBe("created");
    const [only, ...more] = await subscriptions(url);
    expect(more).toEqual([]);
    urls.push(only?.notificationUrl);
  }
  expect(new Set(urls).size).toBe(2);
});

test("fails when the webhook does not answer the handshake, and is nothing where nobody subscribes", async () => {
  const { url } = await fakeSources();
  const deaf = await serve((_, response) => response.writeHead(404).end());
  const to = { url: deaf, secret: async () => "state" };
  const { subscribe } = openEntra(api, { ...accessTo("entra", url), webhook: to });
  expect(await failureOf(Promise.resolve(subscribe?.()))).toMatchObject({ kind: "invalid" });
  expect(openEntra(api, accessTo("entra", url)).subscribe).toBeUndefined();
});
