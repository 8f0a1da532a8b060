import { expect, test } from "vitest";
import { entraApi } from "../../../lib/sources/api-options.ts";
import { EntraToken } from "../../../lib/sources/entra-token.ts";
import { accessTo, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const api = entraApi.parse({ tenantId: "tenant", clientId: "client" });

test("a token is kept until five minutes before its end", async () => {
  const { url } = await fakeSources();
  let now = 0;
  const token = new EntraToken(api, accessTo("entra", url), () => now);
  const first = await token.value();
  now = (3599 - 300) * 1000 - 1;
  expect(await token.value()).toBe(first);
  now += 1;
  expect(await token.value()).not.toBe(first);
});

test("a failure is not kept", async () => {
  const { url, fault } = await fakeSources();
  const token = new EntraToken(api, accessTo("entra", url));
  fault({ source: "entra", status: 503, retryAfter: 3 });
  expect(await failureOf(token.value())).toMatchObject({ kind: "server", retryAfterMs: 3_000 });
  expect(await token.value()).toMatch(/^local-entra-access-/);
});

test("is asked for as a form, and a refusal is nobody's event's fault", async () => {
  let form = "";
  const url = await serve((request, response) => {
    request.on("data", (chunk) => (form += chunk));
    request.on("end", () => response.writeHead(400).end('{"error":"unauthorized_client"}'));
  });
  const token = new EntraToken(api, accessTo("entra", url, "the secret"));
  expect(await failureOf(token.value())).toMatchObject({ kind: "authentication", status: 400 });
  expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
    grant_type: "client_credentials",
    client_id: "client",
    client_secret: "the secret",
    scope: "https://graph.microsoft.com/.default",
  });
});
