import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { describe, expect, test, vi } from "vitest";
import type { UsersPage } from "../../../../lib/arize/users-client.ts";
import { Breaker } from "../../../../lib/lifecycle/calls/breaker.ts";
import { Calls, judge } from "../../../../lib/lifecycle/calls/calls.ts";
import { Pace } from "../../../../lib/lifecycle/calls/pace.ts";
import { pages, pagesAhead } from "../../../../lib/lifecycle/calls/pages.ts";
import { Secrets } from "../../../../lib/secrets.ts";
import { Metrics } from "../../../../lib/telemetry.ts";
import type { FakeArize } from "../../../../local/fake-arize/server.ts";
import { fakeArize, serve, usersClient } from "../../../support/fake-arize.ts";

const route = "GET /v2/users";

/** Calls to an Arize behind a URL, with so much of the function's time left. */
function callsTo(url: string, remainingMs = 20_000): Calls {
  const arize = {
    client: usersClient(url),
    pace: new Pace(),
    breaker: new Breaker({ judge, onOpen: () => {} }),
    secrets: new Secrets(new SecretsManagerClient({ region: "us-east-1" })),
    secretId: "arize",
    metrics: new Metrics(),
  };
  return new Calls(arize, { priority: "other", remainingMs: () => remainingMs });
}

/** What a listing gave before it ended, and the failure that it ended with. */
async function read(listing: AsyncIterable<UsersPage>): Promise<{ pages: string[][]; failure?: unknown }> {
  const got: string[][] = [];
  try {
    for await (const { users } of listing) got.push(users.map(({ email }) => email));
    return { pages: got };
  } catch (failure) {
    return { pages: got, failure };
  }
}

/** An account of five people, the key's owner included, oldest first. */
async function accountOfFive(): Promise<{ fake: FakeArize; emails: string[] }> {
  const fake = await fakeArize();
  for (let n = 1; n < 5; n++) fake.seed({ email: `person${n}@example.com` });
  return { fake, emails: fake.users().map(({ email }) => email) };
}

describe("a listing", () => {
  test("comes page by page, everybody once", async () => {
    const { fake, emails } = await accountOfFive();
    const got = await read(pages(callsTo(fake.url), { limit: 2 }));
    expect(got).toEqual({ pages: [emails.slice(0, 2), emails.slice(2, 4), emails.slice(4)] });
    expect(fake.calls()[route]).toBe(3);
  });

  test("of nobody is one empty page", async () => {
    const { fake } = await accountOfFive();
    expect(await read(pages(callsTo(fake.url), { email: "nobody" }))).toEqual({ pages: [[]] });
  });

  test("asks for what was wanted on every page", async () => {
    const { fake, emails } = await accountOfFive();
    fake.seed({ email: "bob@example.com" });
    const got = await read(pages(callsTo(fake.url), { email: "person", limit: 1 }));
    expect(got.pages).toEqual(emails.slice(1).map((email) => [email]));
  });

  test("goes on from where an earlier one was left", async () => {
    const { fake, emails } = await accountOfFive();
    const first = await pages(callsTo(fake.url), { limit: 2 }).next();
    const cursor = first.value?.nextCursor;
    expect(cursor).toBeTypeOf("string");
    const rest = await read(pages(callsTo(fake.url), { limit: 2 }, cursor));
    expect(rest).toEqual({ pages: [emails.slice(2, 4), emails.slice(4)] });
  });

  test("that met a 429 between two pages goes on with the page that it missed", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, times: 2, status: 429, retryAfter: 0 });
    const got = await read(pages(callsTo(fake.url), { limit: 2 }));
    expect(got).toEqual({ pages: [emails.slice(0, 2), emails.slice(2, 4), emails.slice(4)] });
    expect(fake.calls()[route]).toBe(5);
  });
});

describe("a listing that is read ahead", () => {
  test("asks for the next page while one is worked on, and for none after the last", async () => {
    const { fake, emails } = await accountOfFive();
    const got: string[][] = [];
    for await (const { users } of pagesAhead(callsTo(fake.url), { limit: 2 })) {
      got.push(users.map(({ email }) => email));
      await vi.waitFor(() => expect(fake.calls()[route]).toBe(Math.min(3, got.length + 1)));
    }
    expect(got).toEqual([emails.slice(0, 2), emails.slice(2, 4), emails.slice(4)]);
    expect(fake.calls()[route]).toBe(3);
  });

  test("tells a failure once the page before it has been worked on", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, status: 500 });
    expect(await read(pagesAhead(callsTo(fake.url), { limit: 2 }))).toEqual({
      pages: [emails.slice(0, 2)],
      failure: expect.objectContaining({ name: "RetryLater", reason: "arize_server" }),
    });
  });

  test("leaves nothing under way when it is stopped", async () => {
    const { fake } = await accountOfFive();
    const answered = vi.fn();
    fake.intercept((_, moment) => {
      if (moment === "after") answered();
      return undefined;
    });
    for await (const _ of pagesAhead(callsTo(fake.url), { limit: 2 })) break;
    expect(answered).toHaveBeenCalledTimes(2);
  });
});

describe("a listing that breaks off does not look like one that ended", () => {
  test("at a 429 that cannot be waited out", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, status: 429, retryAfter: 50 });
    expect(await read(pages(callsTo(fake.url), { limit: 2 }))).toEqual({
      pages: [emails.slice(0, 2)],
      failure: expect.objectContaining({ name: "RetryLater", reason: "arize_rate_limited" }),
    });
  });

  test("at a failure", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, status: 500 });
    expect(await read(pages(callsTo(fake.url), { limit: 2 }))).toEqual({
      pages: [emails.slice(0, 2)],
      failure: expect.objectContaining({ name: "RetryLater", reason: "arize_server" }),
    });
  });

  test("where more is promised without a cursor", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, truncatedPage: "no_cursor" });
    expect(await read(pages(callsTo(fake.url), { limit: 2 }))).toEqual({
      pages: [emails.slice(0, 2)],
      failure: expect.objectContaining({
        name: "RetryLater",
        cause: expect.objectContaining({ errorCode: "listing_truncated" }),
      }),
    });
  });

  test("where a page leads to itself", async () => {
    const { fake, emails } = await accountOfFive();
    fake.fault({ route, skip: 1, repeatedCursor: true });
    const { pages: got, failure } = await read(pages(callsTo(fake.url), { limit: 2 }));
    expect(got).toEqual([emails.slice(0, 2)]);
    expect(failure).toMatchObject({ name: "RetryLater", cause: { errorCode: "cursor_repeated" } });
  });

  test.each([
    ["from the start", undefined],
    ["from a page in the circle", "a"],
  ])("where two pages lead to each other, %s", async (_, start) => {
    let served = 0;
    const url = await serve((request, response) => {
      served++;
      const cursor = new URL(request.url ?? "", "http://127.0.0.1").searchParams.get("cursor");
      const pagination = { limit: 1, has_more: true, next_cursor: cursor === "a" ? "b" : "a" };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ users: [], pagination }));
    });
    const { failure } = await read(pages(callsTo(url), {}, start));
    expect(failure).toMatchObject({ name: "RetryLater", reason: "listing_broken" });
    expect(served).toBeLessThanOrEqual(4);
  });
});
