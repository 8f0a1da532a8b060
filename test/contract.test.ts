import {
  addOrganizationUser,
  addSpaceUser,
  bulkDeleteUsers,
  createClient,
  createUser,
  deleteUser,
  getUser,
  listApiKeys,
  listUsers,
  removeOrganizationUser,
  removeSpaceUser,
  resendInvitation,
  resetPassword,
  revokeApiKey,
  updateUser,
} from "@arizeai/ax-client";
import { expect, test, vi } from "vitest";
import { ApiException } from "../lib/http/errors.ts";
import type { FakeArize } from "../local/fake-arize/server.ts";
import { fakeArize, testKey, usersClient } from "./support/fake-arize.ts";

type InviteMode = "none" | "email_link" | "temporary_password";

/** The operations that both clients have, with answers of whatever shape. */
interface Driver {
  create(email: string, inviteMode: InviteMode, isDeveloper?: boolean): Promise<{ id: string }>;
  list(query: { email?: string; status?: "active" | "expired"; limit?: number; cursor?: string }): Promise<{
    users: object[];
    pagination: { hasMore: boolean; nextCursor?: string };
  }>;
  get(id: string): Promise<object>;
  update(id: string, change: { name?: string; isDeveloper?: boolean }): Promise<object>;
  delete(id: string): Promise<void>;
  resend(id: string): Promise<void>;
  reset(id: string): Promise<void>;
}

const upper = { none: "NONE", email_link: "EMAIL_LINK", temporary_password: "TEMPORARY_PASSWORD" } as const;
const upperStatus = { active: "ACTIVE", expired: "EXPIRED" } as const;

function published(baseUrl: string): Driver {
  const client = createClient({ apiKey: testKey, baseUrl });
  return {
    create: (email, inviteMode, isDeveloper) => {
      const role = { type: "PREDEFINED", name: "ANNOTATOR" } as const;
      return createUser({ client, name: "Ana Nowak", email, role, inviteMode: upper[inviteMode], isDeveloper });
    },
    list: async ({ status, ...query }) => {
      const statuses = status === undefined ? {} : { status: [upperStatus[status]] };
      const { data, pagination } = await listUsers({ client, ...query, ...statuses });
      return { users: data, pagination };
    },
    get: (userId) => getUser({ client, userId }),
    update: (userId, change) => updateUser({ client, userId, ...change }),
    delete: (userId) => deleteUser({ client, userId }),
    resend: (userId) => resendInvitation({ client, userId }),
    reset: (userId) => resetPassword({ client, userId }),
  };
}

function ours(baseUrl: string): Driver {
  const users = usersClient(baseUrl);
  return {
    create: async (email, inviteMode, isDeveloper) => {
      const role = { type: "predefined", name: "annotator" } as const;
      // Whether it was created is what the published client cannot tell.
      const { created: _, ...user } = await users.create({ name: "Ana Nowak", email, role, inviteMode, isDeveloper });
      return user;
    },
    list: (query) => users.list(query),
    get: (id) => users.get(id),
    update: (id, change) => users.update(id, change),
    delete: (id) => users.delete(id),
    resend: (id) => users.resendInvitation(id),
    reset: (id) => users.resetPassword(id),
  };
}

/** The same walk through the API for both; everything that came back, in order. */
async function walk(driver: Driver, fake: FakeArize): Promise<unknown[]> {
  const heard: unknown[] = [];
  const step = async (name: string, work: Promise<unknown>) => {
    heard.push([name, await work.then(comparable, (error: unknown) => ({ failed: statusOf(error) }))]);
  };
  const ana = await driver.create("ana@example.com", "email_link");
  heard.push(comparable(ana));
  await step("created again while pending", driver.create("ana@example.com", "email_link"));
  await step("password", driver.create("bo@example.com", "temporary_password", true));
  await step("sso", driver.create("cy@example.com", "none", false));
  await step("sso again", driver.create("cy@example.com", "none"));
  await step("resent", driver.resend(ana.id));
  await step("not verified", driver.reset(ana.id));
  fake.advance(8 * 24 * 3600 * 1000);
  await step("expired", driver.list({ status: "expired" }));
  await step("resent too late", driver.resend(ana.id));
  await step("renewed", driver.create("ana@example.com", "email_link"));
  fake.verify("ana@example.com");
  await step("read", driver.get(ana.id));
  await step("reset", driver.reset(ana.id));
  await step("resent to a member", driver.resend(ana.id));
  await step("conflict", driver.create("ana@example.com", "email_link"));
  await step("renamed", driver.update(ana.id, { name: " Ana N. " }));
  await step("developer", driver.update(ana.id, { isDeveloper: true }));
  await step("both", driver.update(ana.id, { name: "Ana", isDeveloper: false }));
  const first = await driver.list({ limit: 2 });
  heard.push(comparable(first));
  await step("second page", driver.list({ limit: 2, cursor: first.pagination.nextCursor ?? "" }));
  await step("substring", driver.list({ email: "A@EXAMPLE", status: "active" }));
  await step("deleted", driver.delete(ana.id));
  await step("deleted again", driver.delete(ana.id));
  await step("gone", driver.get(ana.id));
  await step("for ever", driver.create("ana@example.com", "email_link"));
  await step("never was", driver.delete("VXNlcjo5OTk="));
  fake.change({ samlEnforced: true });
  const [, bo] = fake.users().filter(({ state }) => state === "active");
  await step("saml", driver.reset(bo?.id ?? ""));
  fake.fault({ status: 503 });
  await step("unavailable", driver.list({}));
  return heard;
}

/** Case, random passwords and the times of day are where the two may differ. */
function comparable(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer ?? null), (key, value: unknown) => {
    if (key === "createdAt") return typeof value === "string" && !Number.isNaN(Date.parse(value));
    if (key === "temporaryPassword") return "a password";
    return typeof value === "string" && /^[A-Z_]+$/.test(value) ? value.toLowerCase() : value;
  });
}

function statusOf(error: unknown): unknown {
  if (error instanceof ApiException) return error.status;
  return error instanceof Error && "statusCode" in error ? error.statusCode : error;
}

test.each(["upper", "lower"] as const)("both clients hear the same of a service in %s case", async (enumCase) => {
  vi.stubEnv("DISABLE_PRERELEASE_WARNING", "true");
  const heard: unknown[][] = [];
  for (const connect of [published, ours]) {
    const fake = await fakeArize();
    // The published client knows one invite mode by its capitals only, so a service in lower case is ours alone.
    fake.change({ enumCase: connect === published ? "upper" : enumCase });
    heard.push(await walk(connect(fake.url), fake));
  }
  expect(heard[1]).toEqual(heard[0]);
  expect(JSON.stringify(heard[0])).toContain('["for ever",{"failed":409}]');
  vi.unstubAllEnvs();
});

test("the published client's deletion by email works at the fake", async () => {
  vi.stubEnv("DISABLE_PRERELEASE_WARNING", "true");
  const fake = await fakeArize();
  const ana = fake.seed({ email: "ana@example.com" });
  fake.seed({ email: "joana@example.com" });
  const client = createClient({ apiKey: testKey, baseUrl: fake.url });
  const results = await bulkDeleteUsers({ client, emails: ["Ana@example.com", "nobody@example.com"] });
  expect(results.map(({ status }) => status).sort()).toEqual(["deleted", "not_found"]);
  expect(fake.users().filter(({ state }) => state === "inactive")).toMatchObject([{ id: ana.id }]);
  vi.unstubAllEnvs();
});

test("the published client's memberships work at the fake", async () => {
  vi.stubEnv("DISABLE_PRERELEASE_WARNING", "true");
  const fake = await fakeArize();
  const { id: userId } = fake.seed({ email: "ana@example.com" });
  const client = createClient({ apiKey: testKey, baseUrl: fake.url });
  const [organizationId, spaceId] = ["Organization:1", "Space:1"].map((what) => Buffer.from(what).toString("base64"));
  const organization = { client, organizationId: organizationId ?? "", userId };
  const space = { client, spaceId: spaceId ?? "", userId };
  const role = { type: "PREDEFINED", name: "READ_ONLY" } as const;
  await expect(addSpaceUser({ ...space, role })).rejects.toMatchObject({ statusCode: 400 });
  expect(await addOrganizationUser({ ...organization, role })).toMatchObject({ userId, organizationId, role });
  expect(await addSpaceUser({ ...space, role })).toMatchObject({ userId, spaceId, role });
  await removeSpaceUser(space);
  await expect(removeSpaceUser(space)).rejects.toMatchObject({ statusCode: 404 });
  await removeOrganizationUser(organization);
  expect(fake.users().find(({ id }) => id === userId)?.memberships).toEqual({});
  vi.unstubAllEnvs();
});

test("the published client's API keys work at the fake, and ours hears the same", async () => {
  vi.stubEnv("DISABLE_PRERELEASE_WARNING", "true");
  const fake = await fakeArize();
  const { id: userId } = fake.seed({ email: "ana@example.com" });
  const spaceId = Buffer.from("Space:1").toString("base64");
  const [own, service] = [fake.seedKey(userId), fake.seedKey(userId, spaceId)];
  const client = createClient({ apiKey: testKey, baseUrl: fake.url });
  const { apiKeys } = usersClient(fake.url);
  for (const [query, key, ours] of [
    [{ userId }, own, await apiKeys.ofUser(userId)],
    [{ spaceId }, service, await apiKeys.ofSpace(spaceId)],
  ] as const) {
    const { data } = await listApiKeys({ client, ...query });
    expect(data).toMatchObject([{ id: key.id, createdByUserId: userId, status: "ACTIVE" }]);
    expect(ours).toEqual([{ id: key.id, createdByUserId: userId }]);
  }
  await revokeApiKey({ client, apiKeyId: own.id });
  await apiKeys.revoke(own.id);
  expect(await apiKeys.ofUser(userId)).toEqual([]);
  await expect(apiKeys.revoke("nothing")).rejects.toMatchObject({ kind: "not_found" });
  vi.unstubAllEnvs();
});
