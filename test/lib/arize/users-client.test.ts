import { inspect } from "node:util";
import { expect, test } from "vitest";
import type { CreateUser } from "../../../lib/arize/requests.ts";
import { UsersClient } from "../../../lib/arize/users-client.ts";
import { ApiException, InvalidArgument } from "../../../lib/http/errors.ts";
import type { FakeArize } from "../../../local/fake-arize/server.ts";
import { fakeArize, serve, testKey, usersClient } from "../../support/fake-arize.ts";

const ana: CreateUser = {
  name: "Ana Nowak",
  email: "ana@example.com",
  role: { type: "predefined", name: "member" },
  inviteMode: "email_link",
};

async function failureOf(work: Promise<unknown>): Promise<ApiException> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ApiException) return error;
  throw new Error("expected an ApiException", { cause: error });
}

async function allOf<T>(listing: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of listing) all.push(one);
  return all;
}

function seedMany(fake: FakeArize, count: number): string[] {
  const emails = Array.from({ length: count }, (_, index) => `person${index}@example.com`);
  for (const email of emails) fake.seed({ email });
  return emails;
}

test("a life: created, found, updated, verified, reset, deleted", async () => {
  const fake = await fakeArize();
  const users = usersClient(fake.url);
  const created = await users.create(ana);
  expect(created).toMatchObject({ status: "invited", created: true, inviteMode: "email_link", isDeveloper: true });
  await users.resendInvitation(created.id);
  expect(await users.update(created.id, { name: " Ana N. ", isDeveloper: false })).toMatchObject({
    name: "Ana N.",
    isDeveloper: false,
  });
  fake.verify(ana.email);
  await users.resetPassword(created.id);
  expect(await users.get(created.id)).toMatchObject({ status: "active", email: ana.email });
  await users.delete(created.id);
  await users.delete(created.id);
  expect(await users.find(ana.email)).toBeUndefined();
  const gone = await failureOf(users.get(created.id));
  expect(gone).toMatchObject({ kind: "not_found", status: 404, title: "Resource not found" });
  expect(fake.mails()[ana.email]).toEqual({ invitation: 1, resend: 1, reset: 1 });
});

test("a pending invitation is told apart from a new one", async () => {
  const fake = await fakeArize();
  const users = usersClient(fake.url);
  const first = await users.create(ana);
  const second = await users.create({ ...ana, name: "Somebody Else" });
  expect([first.created, second.created]).toEqual([true, false]);
  expect(second).toMatchObject({ id: first.id, name: ana.name });
  expect(second.inviteMode).toBeUndefined();
  expect(fake.mails()[ana.email]?.invitation).toBe(1);
});

test("a temporary password comes wrapped, and nothing shows it", async () => {
  const fake = await fakeArize();
  const created = await usersClient(fake.url).create({ ...ana, inviteMode: "temporary_password" });
  const password = created.temporaryPassword?.reveal() ?? "";
  expect(password.length).toBeGreaterThan(8);
  expect(JSON.stringify(created)).toContain("[REDACTED]");
  expect(JSON.stringify(created) + inspect(created, { showHidden: true, depth: 9 })).not.toContain(password);
});

test.each(["upper", "lower"] as const)("a service that takes and gives %s case only", async (enumCase) => {
  const fake = await fakeArize();
  fake.change({ enumCase, strictCase: true });
  const users = usersClient(fake.url, { enumCase });
  await users.create(ana);
  expect((await users.list({ status: ["invited"] })).users).toMatchObject([{ status: "invited" }]);
  const other = usersClient(fake.url, { enumCase: enumCase === "upper" ? "lower" : "upper" });
  expect((await failureOf(other.create({ ...ana, email: "bo@example.com" }))).kind).toBe("invalid");
});

test("custom roles go and come by id", async () => {
  const fake = await fakeArize();
  const users = usersClient(fake.url);
  const id = Buffer.from("Role:1").toString("base64");
  expect((await users.create({ ...ana, role: { type: "custom", id } })).role).toEqual({
    type: "custom",
    id,
    name: "Reviewer",
  });
  const unknown = users.create({ ...ana, email: "bo@example.com", role: { type: "custom", id: "Um9sZTo5" } });
  expect(await failureOf(unknown)).toMatchObject({ kind: "invalid", status: 422, ambiguous: false });
});

test("find compares whole addresses, across pages, whatever their case", async () => {
  const fake = await fakeArize();
  for (let index = 0; index < 120; index += 1) fake.seed({ email: `jo${index}an@example.com` });
  fake.seed({ email: "joan@example.com" });
  fake.seed({ email: "An@Example.com" });
  const users = usersClient(fake.url);
  expect((await users.find(" AN@example.com "))?.email).toBe("An@Example.com");
  expect(fake.calls()["GET /v2/users"]).toBe(2);
  expect(await users.find("oan@example.com")).toBeUndefined();
});

test("list passes filters and paging on", async () => {
  const fake = await fakeArize();
  seedMany(fake, 5);
  fake.seed({ email: "late@example.com", status: "expired" });
  const users = usersClient(fake.url);
  const page = await users.list({ email: "PERSON", status: ["active"], limit: 2 });
  expect(page.users.map(({ email }) => email)).toEqual(["person0@example.com", "person1@example.com"]);
  expect(page.pagination.hasMore).toBe(true);
  const next = await users.list({ email: "PERSON", limit: 2, cursor: page.pagination.nextCursor });
  expect(next.users[0]?.email).toBe("person2@example.com");
  expect((await users.list({ status: "expired" })).users).toMatchObject([{ email: "late@example.com" }]);
});

test("listAll gives everybody once, oldest first", async () => {
  const fake = await fakeArize();
  const emails = seedMany(fake, 230);
  const users = usersClient(fake.url);
  const seen = await allOf(users.listAll());
  expect(seen.map(({ email }) => email)).toEqual(["owner@example.com", ...emails]);
  expect(fake.calls()["GET /v2/users"]).toBe(3);
});

test("listPages can be left and resumed at a cursor", async () => {
  const fake = await fakeArize();
  seedMany(fake, 25);
  const users = usersClient(fake.url);
  const seen: string[] = [];
  let cursor: string | undefined;
  let rounds = 0;
  do {
    for await (const page of users.listPages({ limit: 10, cursor })) {
      seen.push(...page.users.map(({ email }) => email));
      cursor = page.nextCursor;
      break;
    }
    rounds += 1;
  } while (cursor !== undefined);
  expect(rounds).toBe(3);
  expect(new Set(seen).size).toBe(26);
});

test("a listing that breaks off is an error, after the pages that were good", async () => {
  const fake = await fakeArize();
  seedMany(fake, 25);
  fake.fault({ route: "GET /v2/users", skip: 1, truncatedPage: "no_cursor" });
  const seen: string[] = [];
  const reading = async () => {
    for await (const user of usersClient(fake.url).listAll({ limit: 10 })) seen.push(user.id);
  };
  expect(await failureOf(reading())).toMatchObject({
    kind: "server",
    errorCode: "listing_truncated",
    ambiguous: false,
  });
  expect(seen).toHaveLength(10);
});

test("a listing that stands still is an error", async () => {
  const fake = await fakeArize();
  seedMany(fake, 25);
  fake.fault({ route: "GET /v2/users", times: null, repeatedCursor: true });
  const reading = allOf(usersClient(fake.url).listAll({ limit: 10 }));
  expect((await failureOf(reading)).errorCode).toBe("cursor_repeated");
});

test("a service that does not take its own cursor is not the fault of what was asked for", async () => {
  const fake = await fakeArize();
  seedMany(fake, 25);
  fake.fault({ route: "GET /v2/users", skip: 1, status: 400 });
  const reading = allOf(usersClient(fake.url).listAll({ limit: 10 }));
  expect(await failureOf(reading)).toMatchObject({ kind: "server", errorCode: "cursor_refused", status: 400 });
});

test.each([2, 3, 7])("a listing that runs in circles of %i pages comes to an end", async (length) => {
  let count = 0;
  const url = await serve((_request, response) => {
    const next_cursor = `c${count++ % length}`;
    response.end(JSON.stringify({ users: [], pagination: { has_more: true, next_cursor } }));
  });
  const reading = allOf(usersClient(url).listAll());
  expect((await failureOf(reading)).errorCode).toBe("cursor_repeated");
  expect(count).toBeLessThan(6 * length);
});

test("wrong arguments send nothing", async () => {
  const fake = await fakeArize();
  const users = usersClient(fake.url);
  const attempts = [
    () => users.list({ limit: 101 }),
    () => users.list({ email: "e".repeat(256) }),
    () => users.get(""),
    () => users.find("ana"),
    () => users.create({ ...ana, email: "ana" }),
    () => users.create({ ...ana, name: " " }),
    () => users.update("VXNlcjox", {}),
    () => users.delete(""),
    () => users.resendInvitation(""),
    () => users.resetPassword(""),
  ];
  for (const attempt of attempts) await expect(attempt()).rejects.toThrow(InvalidArgument);
  expect(fake.calls()).toEqual({});
});

test("ids are encoded into the path, and never into messages", async () => {
  const paths: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    paths.push(request.url);
    response.writeHead(404, { "content-type": "application/problem+json" }).end('{"title":"Resource not found"}');
  });
  const failure = await failureOf(usersClient(url).delete("../a=?b@example.com"));
  expect(paths).toEqual(["/v2/users/..%2Fa%3D%3Fb%40example.com"]);
  expect(failure.message).toBe("DELETE /v2/users/{id}: 404 Resource not found");
});

test("failures carry what a caller decides by", async () => {
  const fake = await fakeArize();
  const users = usersClient(fake.url);
  fake.fault({ route: "POST /v2/users", status: 429, retryAfter: 7 });
  expect(await failureOf(users.create(ana))).toMatchObject({
    kind: "rate_limited",
    title: "Rate limit exceeded",
    type: "https://arize.com/docs/ax/rest-reference/errors#rate-limit-exceeded",
    retryAfterMs: 7000,
    requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
  const stranger = new UsersClient({ baseUrl: fake.url, token: async () => "another-key" });
  expect((await failureOf(stranger.list())).kind).toBe("authentication");
  stranger.close();
  fake.change({ callerIsAdmin: false });
  const bo = fake.seed({ email: "bo@example.com" });
  expect((await failureOf(users.update(bo.id, { isDeveloper: false }))).kind).toBe("permission");
});

test("a detail that quotes an address stays in the detail", async () => {
  const fake = await fakeArize();
  fake.seed({ email: ana.email });
  const failure = await failureOf(usersClient(fake.url).create(ana));
  expect(failure).toMatchObject({ kind: "conflict", ambiguous: false });
  expect(failure.detail).toContain(ana.email);
  const shown = inspect(failure, { showHidden: true, depth: 9 }) + JSON.stringify(failure) + failure.message;
  expect(shown).not.toContain(ana.email);
  expect(shown).not.toContain(testKey);
});

test.each([
  [502, true],
  [503, true],
  [504, false],
])("a gateway's %i is a server failure, and ambiguous for a write", async (status, html) => {
  const fake = await fakeArize();
  fake.fault({ times: null, status, html });
  const users = usersClient(fake.url);
  expect(await failureOf(users.create(ana))).toMatchObject({ kind: "server", status, ambiguous: true });
  expect(await failureOf(users.list())).toMatchObject({ kind: "server", status, ambiguous: false });
});

test("an empty 503 and a redirect are server failures", async () => {
  const statuses = [503, 302];
  const url = await serve((_request, response) => {
    response.writeHead(statuses.shift() ?? 500, { location: "/login" }).end();
  });
  const users = usersClient(url);
  expect(await failureOf(users.list())).toMatchObject({ kind: "server", status: 503, title: "Service Unavailable" });
  expect(await failureOf(users.list())).toMatchObject({ kind: "server", status: 302 });
});

test.each([
  ["HTML", "<html>ana@example.com</html>"],
  ["nothing", ""],
  ["half of it", '{"users":['],
  ["another shape", '{"items":[]}'],
  ["no pagination", '{"users":[]}'],
])("a 200 with %s is a server failure that quotes none of it", async (_name, body) => {
  const url = await serve((_request, response) => response.end(body));
  const failure = await failureOf(usersClient(url).list());
  expect(failure).toMatchObject({ kind: "server", status: 200, errorCode: "unreadable_answer", ambiguous: false });
  expect(inspect(failure, { showHidden: true })).not.toContain("ana@");
  expect((await failureOf(usersClient(url).create(ana))).ambiguous).toBe(true);
});

test("any 2xx will do where nothing is answered", async () => {
  const url = await serve((_request, response) => response.writeHead(202).end("accepted"));
  const users = usersClient(url);
  await users.resendInvitation("VXNlcjox");
  await users.resetPassword("VXNlcjox");
  await users.delete("VXNlcjox");
});

test.each(["before", "after"] as const)("a write cut %s its effect is ambiguous", async (cut) => {
  const fake = await fakeArize();
  fake.fault({ route: "POST /v2/users", cut });
  expect(await failureOf(usersClient(fake.url).create(ana))).toMatchObject({ kind: "network", ambiguous: true });
  expect(fake.users().some(({ email }) => email === ana.email)).toBe(cut === "after");
});

test("a slow answer meets the deadline, of the client or of the call", async () => {
  const fake = await fakeArize();
  fake.fault({ times: null, slowBodyMs: 60_000 });
  const hasty = usersClient(fake.url, { timeoutMs: 50 });
  expect((await failureOf(hasty.list())).kind).toBe("timeout");
  const patient = usersClient(fake.url);
  expect((await failureOf(patient.list({}, { timeoutMs: 50 }))).kind).toBe("timeout");
  const signal = AbortSignal.timeout(50);
  expect((await failureOf(allOf(patient.listAll({}, { signal })))).kind).toBe("timeout");
});

test("a status of the future does not stop a listing", async () => {
  const fake = await fakeArize();
  fake.fault({ unknownStatus: "SUSPENDED" });
  expect((await usersClient(fake.url).list()).users).toMatchObject([{ status: "unknown", unknownStatus: "SUSPENDED" }]);
});
