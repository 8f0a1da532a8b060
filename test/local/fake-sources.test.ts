import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { startFakeSources } from "../../local/fake-sources/server.ts";
import { ada, fakeSources } from "../support/directory.ts";

const auth = { authorization: "SSWS local-okta-token" };

test("people are put, changed and removed over HTTP", async () => {
  const { url } = await fakeSources();
  const put = (person: object) => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    return fetch(`${url}/_people/okta/00u1`, { method: "PUT", headers, body: JSON.stringify(person) });
  };
  const read = () => fetch(`${url}/api/v1/users/00u1`, { headers: auth });
  expect((await read()).status).toBe(404);
  expect((await put({ ...ada, startDate: "2026-01-05", endDate: "2026-12-31", groups: ["g"] })).status).toBe(204);
  expect(await (await read()).json()).toMatchObject({ id: "00u1", status: "ACTIVE", profile: { login: ada.email } });
  await put({ ...ada, active: false });
  expect(await (await read()).json()).toMatchObject({ status: "DEPROVISIONED" });
  expect((await fetch(`${url}/_people/okta/00u1`, { method: "DELETE" })).status).toBe(204);
  expect((await read()).status).toBe(404);
});

test.each([
  ["PUT", "/_people/okta/00u1", { email: "ada@example.com" }, 400],
  ["PUT", "/_people/okta/00u1", { ...ada, misspelt: 1 }, 400],
  ["PUT", "/_people/nowhere/1", ada, 404],
  ["PUT", "/_people/okta", ada, 404],
  ["POST", "/_people/okta/00u1", ada, 405],
  ["GET", "/nothing/here", undefined, 404],
])("%s %s with %j is turned away", async (method, path, body, status) => {
  const { url, calls } = await fakeSources();
  const answer = await fetch(url + path, { method, ...(body && { body: JSON.stringify(body) }) });
  expect(answer.status).toBe(status);
  expect(calls()).toEqual([]);
});

test("the journal has every call, those without a credential too", async () => {
  const { url } = await fakeSources();
  await fetch(`${url}/api/v1/users/00u1`);
  const answer = await fetch(`${url}/_people/_calls`);
  expect(await answer.json()).toEqual({ calls: [{ source: "okta", route: "GET /api/v1/users/{id}", status: 401 }] });
});

test("a fault is one source's, for as often as it was asked for", async () => {
  const { url } = await fakeSources();
  const fault = JSON.stringify({ source: "okta", status: 429, times: 2, retryAfter: 9 });
  await fetch(`${url}/_people/_fault`, { method: "PUT", body: fault });
  const read = () => fetch(`${url}/api/v1/users/00u1`, { headers: auth });
  expect((await fetch(`${url}/v1/employees/1`)).status).toBe(401);
  const limited = await read();
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "9"]);
  expect([(await read()).status, (await read()).status]).toEqual([429, 404]);
});

test("people are kept through a restart where there is a file", async () => {
  const folder = mkdtempSync(join(tmpdir(), "sources-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const dataFile = join(folder, "sources.json");
  const first = await startFakeSources({ port: 0, dataFile });
  first.put("okta", "00u1", ada);
  first.put("okta", "00u2", ada);
  first.remove("okta", "00u2");
  await first.close();
  const { url } = await fakeSources({ dataFile });
  const status = async (id: string) => (await fetch(`${url}/api/v1/users/${id}`, { headers: auth })).status;
  expect([await status("00u1"), await status("00u2")]).toEqual([200, 404]);
});
