import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import * as z from "zod/mini";
import type { FakeArize } from "../../local/fake-arize/server.ts";
import { fakeArize, testKey } from "../support/fake-arize.ts";

const answerSchema = z.looseObject({
  id: z.optional(z.string()),
  users: z._default(z.array(z.looseObject({ email: z.string(), status: z.optional(z.string()) })), []),
  pagination: z.optional(z.object({ has_more: z.boolean(), next_cursor: z.optional(z.string()) })),
});
const day = 24 * 3600 * 1000;
const ana = {
  name: "Ana Nowak",
  email: "ana@example.com",
  role: { type: "PREDEFINED", name: "MEMBER" },
  invite_mode: "EMAIL_LINK",
};

async function call(url: string, route: string, body?: unknown, key = testKey) {
  const [method, path] = route.split(" ");
  const response = await fetch(url + path, {
    method: method ?? "GET",
    headers: { authorization: `Bearer ${key}` },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") === true;
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: answerSchema.parse(isJson ? JSON.parse(text) : {}),
  };
}

function stateOf(fake: FakeArize, email: string): string {
  return fake.users().find((person) => person.email === email)?.status ?? "unknown";
}

const invitation = { status: "INVITED", invite_mode: "EMAIL_LINK" };
test.each([
  ["unknown", "EMAIL_LINK", 201, "invited", 1, invitation],
  ["invited", "EMAIL_LINK", 200, "invited", 0, { status: "INVITED", name: "Before" }],
  ["expired", "EMAIL_LINK", 201, "invited", 1, { ...invitation, name: "Ana Nowak" }],
  ["active", "EMAIL_LINK", 409, "active", 0, { title: "Resource conflict" }],
  ["inactive", "EMAIL_LINK", 409, "inactive", 0, { title: "Resource conflict" }],
  ["unknown", "TEMPORARY_PASSWORD", 201, "invited", 0, { temporary_password: expect.any(String) }],
  ["invited", "TEMPORARY_PASSWORD", 200, "invited", 0, { name: "Before" }],
  ["expired", "TEMPORARY_PASSWORD", 201, "invited", 0, { temporary_password: expect.any(String) }],
  ["active", "TEMPORARY_PASSWORD", 409, "active", 0, {}],
  ["inactive", "TEMPORARY_PASSWORD", 409, "inactive", 0, {}],
  ["unknown", "NONE", 201, "active", 0, { status: "ACTIVE", invite_mode: "NONE" }],
  ["invited", "NONE", 201, "active", 0, { status: "ACTIVE" }],
  ["expired", "NONE", 201, "active", 0, { status: "ACTIVE" }],
  ["active", "NONE", 409, "active", 0, {}],
  ["inactive", "NONE", 409, "inactive", 0, {}],
] as const)("create: %s, %s: %i, then %s, %i mails", async (before, invite_mode, status, after, mails, shape) => {
  const fake = await fakeArize();
  if (before !== "unknown") fake.seed({ email: ana.email, name: "Before", status: before });
  const answer = await call(fake.url, "POST /v2/users", { ...ana, email: "Ana@Example.com", invite_mode });
  expect(answer.status).toBe(status);
  expect(answer.json).toMatchObject(shape);
  if (status === 200) expect(answer.json).not.toHaveProperty("invite_mode");
  if (invite_mode !== "TEMPORARY_PASSWORD") expect(answer.json).not.toHaveProperty("temporary_password");
  expect(stateOf(fake, before === "unknown" ? "Ana@Example.com" : ana.email)).toBe(after);
  expect(fake.mails()[ana.email]?.invitation ?? 0).toBe(mails);
});

test.each([
  ["ADMIN", true],
  ["MEMBER", true],
  ["ANNOTATOR", false],
])("is_developer of a new %s is %s", async (name, is_developer) => {
  const fake = await fakeArize();
  const role = { type: "PREDEFINED", name };
  expect((await call(fake.url, "POST /v2/users", { ...ana, role })).json).toMatchObject({ is_developer, role });
});

test.each([
  ["a name of blanks", { name: "  " }, 400],
  ["a long name", { name: "n".repeat(256) }, 400],
  ["no address", { email: "ana" }, 400],
  ["an unknown role", { role: { type: "PREDEFINED", name: "AUDITOR" } }, 400],
  ["a foreign custom role", { role: { type: "CUSTOM", id: "Um9sZTo5" } }, 422],
  ["an unknown mode", { invite_mode: "PIGEON" }, 400],
  ["a missing mode", { invite_mode: undefined }, 400],
  ["a word for a flag", { is_developer: "yes" }, 400],
])("create refuses %s", async (_name, change, status) => {
  const fake = await fakeArize();
  expect((await call(fake.url, "POST /v2/users", { ...ana, ...change })).status).toBe(status);
  expect(fake.users()).toHaveLength(1);
});

test.each([
  [{}, 400],
  [{ name: "  " }, 400],
  [{ name: "n".repeat(256) }, 400],
  [{ is_developer: 1 }, 400],
  ["not json", 400],
  [{ name: " Ana " }, 200],
  [{ is_developer: true }, 200],
])("PATCH %j: %i", async (body, status) => {
  const fake = await fakeArize();
  const { id } = fake.seed({ email: ana.email });
  expect((await call(fake.url, `PATCH /v2/users/${encodeURIComponent(id)}`, body)).status).toBe(status);
});

test.each([
  ["active", 400, 204],
  ["invited", 204, 400],
  ["expired", 400, 400],
  ["inactive", 404, 404],
] as const)("%s: resend %i, reset %i", async (status, resend, reset) => {
  const fake = await fakeArize();
  const { id } = fake.seed({ email: ana.email, status });
  expect((await call(fake.url, `POST /v2/users/${id}/resend-invitation`)).status).toBe(resend);
  expect((await call(fake.url, `POST /v2/users/${id}/reset-password`)).status).toBe(reset);
  const mails = fake.mails()[ana.email] ?? { resend: 0, reset: 0 };
  expect([mails.resend, mails.reset]).toEqual([Number(resend === 204), Number(reset === 204)]);
});

test("SSO people have no password, and under SAML nobody gets mails", async () => {
  const fake = await fakeArize();
  const sso = fake.seed({ email: ana.email, sso: true });
  const invited = fake.seed({ email: "bo@example.com", status: "invited" });
  expect((await call(fake.url, `POST /v2/users/${sso.id}/reset-password`)).status).toBe(400);
  fake.change({ samlEnforced: true });
  expect((await call(fake.url, `POST /v2/users/${invited.id}/resend-invitation`)).status).toBe(400);
  expect(fake.mails()).toEqual({});
});

test("delete is final, idempotent, and not for oneself", async () => {
  const fake = await fakeArize();
  const { id } = fake.seed({ email: ana.email });
  expect((await call(fake.url, `DELETE /v2/users/${id}`)).status).toBe(204);
  expect((await call(fake.url, `DELETE /v2/users/${id}`)).status).toBe(204);
  expect((await call(fake.url, `GET /v2/users/${id}`)).status).toBe(404);
  expect((await call(fake.url, `PATCH /v2/users/${id}`, { name: "Ana" })).status).toBe(404);
  expect((await call(fake.url, "GET /v2/users")).json.users.map(({ email }) => email)).toEqual(["owner@example.com"]);
  expect((await call(fake.url, "DELETE /v2/users/VXNlcjo5OTk=")).status).toBe(404);
  const owner = fake.users()[0]?.id;
  expect((await call(fake.url, `DELETE /v2/users/${owner}`)).status).toBe(400);
  expect(stateOf(fake, "owner@example.com")).toBe("active");
});

test("invitations expire by the clock, and a resend prolongs them", async () => {
  const fake = await fakeArize({ now: () => Date.parse("2026-03-01T08:00:00Z") });
  const { json } = await call(fake.url, "POST /v2/users", ana);
  fake.advance(6 * day);
  await call(fake.url, `POST /v2/users/${json.id}/resend-invitation`);
  fake.advance(6 * day);
  expect((await call(fake.url, `GET /v2/users/${json.id}`)).json).toMatchObject({ status: "INVITED" });
  await call(fake.url, "POST /_fake/clock", { advanceMs: day });
  expect((await call(fake.url, `GET /v2/users/${json.id}`)).json).toMatchObject({
    status: "EXPIRED",
    created_at: "2026-03-01T08:00:00.000Z",
  });
});

test("pages are oldest first, and people may come and go between them", async () => {
  const fake = await fakeArize();
  const emails = Array.from({ length: 1100 }, (_, index) => `p${index}@example.com`);
  for (const email of emails) fake.seed({ email });
  const seen: string[] = [];
  let next = "";
  do {
    const { json } = await call(fake.url, `GET /v2/users?limit=100${next}`);
    seen.push(...json.users.map(({ email }) => email));
    if (seen.length === 100) {
      const second = fake.users()[2];
      await call(fake.url, `DELETE /v2/users/${second?.id}`);
    }
    const cursor = json.pagination?.next_cursor;
    expect(json.pagination?.has_more).toBe(cursor !== undefined);
    next = cursor === undefined ? "" : `&cursor=${encodeURIComponent(cursor)}`;
  } while (next !== "");
  expect(seen).toEqual(["owner@example.com", ...emails]);
});

test("the email filter is a substring of any case, through all of the account", async () => {
  const fake = await fakeArize();
  for (let index = 0; index < 2000; index += 1) fake.seed({ email: `p${index}@example.com` });
  fake.seed({ email: "Joan@Example.org" });
  fake.seed({ email: "an@example.org" });
  const found = await call(fake.url, "GET /v2/users?email=AN@example.ORG");
  expect(found.json.users.map(({ email }) => email)).toEqual(["Joan@Example.org", "an@example.org"]);
  const page = await call(fake.url, "GET /v2/users?email=p1&limit=1");
  expect(page.json.users[0]?.email).toBe("p1@example.com");
  expect(page.json.pagination?.has_more).toBe(true);
});

test.each([
  ["limit=0", 400],
  ["limit=101", 400],
  ["limit=ten", 400],
  ["limit=100", 200],
  ["status=INACTIVE", 400],
  ["status=active&status=INVITED", 200],
  ["cursor=nonsense", 400],
  [`email=${"e".repeat(256)}`, 400],
  [`email=${"e".repeat(255)}`, 200],
])("GET /v2/users?%s: %i", async (query, status) => {
  const fake = await fakeArize();
  expect((await call(fake.url, `GET /v2/users?${query}`)).status).toBe(status);
});

test("status filters", async () => {
  const fake = await fakeArize();
  for (const status of ["active", "invited", "expired", "inactive"] as const) {
    fake.seed({ email: `${status}@example.com`, status });
  }
  const emails = async (query: string) =>
    (await call(fake.url, `GET /v2/users${query}`)).json.users.map(({ email }) => email.split("@")[0]);
  expect(await emails("")).toEqual(["owner", "active", "invited", "expired"]);
  expect(await emails("?status=INVITED&status=EXPIRED")).toEqual(["invited", "expired"]);
});

test("spelling: answers by the setting, requests of either case unless strict", async () => {
  const fake = await fakeArize();
  const lower = { ...ana, role: { type: "predefined", name: "member" }, invite_mode: "email_link" };
  expect((await call(fake.url, "POST /v2/users", lower)).json).toMatchObject({ status: "INVITED", role: ana.role });
  await call(fake.url, "POST /_fake/settings", { enumCase: "lower" });
  const { json } = await call(fake.url, "POST /v2/users", { ...ana, email: "bo@example.com" });
  expect(json).toMatchObject({ status: "invited", role: lower.role, invite_mode: "email_link" });
  await call(fake.url, "POST /_fake/settings", { strictCase: true });
  const refused = await call(fake.url, "POST /v2/users", { ...ana, email: "cy@example.com" });
  expect(refused.status).toBe(400);
});

test("problems are as documented", async () => {
  const fake = await fakeArize();
  const missing = await call(fake.url, "GET /v2/users/VXNlcjo5OTk=");
  expect(missing.headers.get("content-type")).toBe("application/problem+json");
  expect(missing.json).toMatchObject({
    status: 404,
    title: "Resource not found",
    type: "https://arize.com/docs/ax/rest-reference/errors#resource-not-found",
  });
  const stranger = await call(fake.url, "GET /v2/users", undefined, "wrong");
  expect(stranger.json).toMatchObject({ status: 401, title: "Authentication required" });
  expect((await call(fake.url, "GET /v2/teams")).status).toBe(404);
  expect((await call(fake.url, "PUT /v2/users", ana)).status).toBe(404);
});

test("the rate limit answers with whole seconds", async () => {
  const fake = await fakeArize();
  fake.change({ rateLimit: { requests: 2, windowMs: 600_000 } });
  const statuses: number[] = [];
  for (const _ of [1, 2]) statuses.push((await call(fake.url, "GET /v2/users")).status);
  const third = await call(fake.url, "GET /v2/users");
  expect([...statuses, third.status]).toEqual([200, 200, 429]);
  expect(third.headers.get("retry-after")).toMatch(/^(59\d|600)$/);
});

test("faults happen so many times, on their route, and can be cleared", async () => {
  const fake = await fakeArize();
  await call(fake.url, "POST /_fake/faults", { route: "POST /v2/users", times: 2, status: 503, html: true });
  await call(fake.url, "POST /_fake/faults", { route: "GET /v2/users", times: null, status: 429, retryAfter: 3 });
  expect((await call(fake.url, "POST /v2/users", ana)).text).toContain("<html>");
  expect(await (await fetch(`${fake.url}/_fake/faults`)).json()).toMatchObject({
    faults: [{ times: 1 }, { times: null }],
  });
  const limited = await call(fake.url, "GET /v2/users");
  expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "3"]);
  expect((await call(fake.url, "POST /v2/users", ana)).status).toBe(503);
  expect((await call(fake.url, "POST /v2/users", ana)).status).toBe(201);
  expect((await call(fake.url, "GET /v2/users")).status).toBe(429);
  expect((await call(fake.url, "DELETE /_fake/faults")).status).toBe(204);
  expect((await call(fake.url, "GET /v2/users")).status).toBe(200);
});

test("a slow body still is the whole body, and pages can be cut short without a word", async () => {
  const fake = await fakeArize();
  for (const name of ["a", "b", "c"]) fake.seed({ email: `${name}@example.com` });
  fake.fault({ slowBodyMs: 1, latencyMs: 1 });
  expect((await call(fake.url, "GET /v2/users")).json.users).toHaveLength(4);
  fake.fault({ truncatedPage: "short" });
  const short = await call(fake.url, "GET /v2/users");
  expect(short.json.users).toHaveLength(2);
  expect(short.json.pagination?.has_more).toBe(false);
});

test.each(["before", "after"] as const)("a connection cut %s the effect", async (cut) => {
  const fake = await fakeArize();
  fake.fault({ route: "POST /v2/users", cut });
  await expect(call(fake.url, "POST /v2/users", ana)).rejects.toThrow();
  expect(stateOf(fake, ana.email)).toBe(cut === "before" ? "unknown" : "invited");
});

test("the control routes seed, verify, count and reset", async () => {
  const fake = await fakeArize();
  const people = [
    { email: "ana@example.com", status: "invited" },
    { email: "bo@example.com", role: "annotator" },
  ];
  expect((await call(fake.url, "POST /_fake/users", people)).status).toBe(200);
  expect((await call(fake.url, "POST /_fake/users", people[0])).status).toBe(400);
  expect((await call(fake.url, "POST /_fake/verify", { email: "ana@example.com" })).status).toBe(204);
  expect((await call(fake.url, "POST /_fake/verify", { email: "ana@example.com" })).status).toBe(400);
  await call(fake.url, `GET /v2/users/${fake.users()[1]?.id}`);
  await call(fake.url, "GET /v2/users");
  expect(await (await fetch(`${fake.url}/_fake/calls`)).json()).toEqual({
    calls: { "GET /v2/users/{id}": 1, "GET /v2/users": 1 },
  });
  expect((await call(fake.url, "GET /_fake/users")).json.users).toMatchObject([
    { email: "owner@example.com" },
    { email: "ana@example.com", status: "active", isDeveloper: true },
    { email: "bo@example.com", isDeveloper: false },
  ]);
  expect((await call(fake.url, "POST /_fake/reset")).status).toBe(204);
  expect(fake.users().map(({ email }) => email)).toEqual(["owner@example.com"]);
  expect(fake.calls()).toEqual({});
  expect((await call(fake.url, "GET /_fake/nothing")).status).toBe(404);
});

function dataFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "fake-arize-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "users.jsonl");
}

test("a restart finds everything, past a torn last line", async () => {
  const file = dataFile();
  const first = await fakeArize({ dataFile: file });
  const { json } = await call(first.url, "POST /v2/users", ana);
  first.advance(8 * day);
  first.change({ enumCase: "lower" });
  await first.close();
  appendFileSync(file, '{"type":"person","per');
  const second = await fakeArize({ dataFile: file });
  expect((await call(second.url, `GET /v2/users/${json.id}`)).json).toMatchObject({ status: "expired" });
  expect(second.mails()).toEqual({ "ana@example.com": { invitation: 1, resend: 0, reset: 0 } });
  const bo = await call(second.url, "POST /v2/users", { ...ana, email: "bo@example.com" });
  const third = await fakeArize({ dataFile: file });
  expect(third.users().map(({ id }) => id)).toEqual([expect.any(String), json.id, bo.json.id]);
  third.reset();
  expect((await fakeArize({ dataFile: file })).users()).toHaveLength(1);
});

test("what was answered survives SIGKILL", async () => {
  const file = dataFile();
  const server = new URL("../../local/fake-arize/server.ts", import.meta.url).href;
  const options = JSON.stringify({ port: 0, apiKey: testKey, dataFile: file });
  const program = `const { startFakeArize } = await import(${JSON.stringify(server)}); console.log((await startFakeArize(${options})).url);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const [line] = await once(child.stdout, "data");
  const answers = Array.from({ length: 20 }, (_, index) =>
    call(String(line).trim(), "POST /v2/users", { ...ana, email: `p${index}@example.com` }),
  );
  expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(answers.map(() => 201));
  child.kill("SIGKILL");
  await once(child, "exit");
  expect((await fakeArize({ dataFile: file })).users()).toHaveLength(21);
});
