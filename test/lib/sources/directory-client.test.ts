import { expect, test } from "vitest";
import * as z from "zod/mini";
import { InvalidArgument } from "../../../lib/http/errors.ts";
import { DirectoryClient, isExplained, segment } from "../../../lib/sources/directory-client.ts";
import { failureOf } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const question = { path: "/people/{id}", target: "/people/71" };
const schema = z.object({ id: z.string() });
const client = (baseUrl: string) => new DirectoryClient({ baseUrl, isGone: isExplained });

test.each([
  ["..", false],
  [".", false],
  ["", false],
  ["a/b?c#d", true],
  ["ada@example.com", true],
])("%j stays one segment of a path, or is refused", (id, isUsable) => {
  if (isUsable) expect(segment(id)).toMatch(/^[^/?#]+$/);
  else expect(() => segment(id)).toThrow(InvalidArgument);
});

test("follows no redirect", async () => {
  const asked: unknown[] = [];
  const elsewhere = await serve((request, response) => {
    asked.push(request.url);
    response.end('{"id":"71"}');
  });
  const url = await serve((_, response) => response.writeHead(302, { location: elsewhere }).end());
  expect(await failureOf(client(url).find(schema, question))).toMatchObject({ kind: "server", status: 302 });
  expect(asked).toEqual([]);
});

test.each([
  ["/people?after=1", "/people?after=1"],
  ["{origin}/people?after=1", "/people?after=1"],
  ["https://elsewhere.example/people", undefined],
  ["//elsewhere.example/people", undefined],
  ["{origin}@elsewhere.example/people", undefined],
  ["http://[", undefined],
])("of a link to %s only what is at the same origin is followed", async (link, target) => {
  const url = await serve((_, response) => response.end());
  const follow = () => client(url).follow(link.replace("{origin}", url), question);
  if (target !== undefined) expect(follow()).toBe(target);
  else expect(follow).toThrow("GET /people/{id}: 200 The link to the next page leads elsewhere");
});

test.each([
  [401, "authentication"],
  [403, "permission"],
  [429, "rate_limited"],
  [503, "server"],
  [400, "invalid"],
])("a %d is a failure of kind %s that tells nothing of the answer", async (status, kind) => {
  const body = JSON.stringify({ error: "ada@example.com may not" });
  const url = await serve((_, response) => response.writeHead(status, { "retry-after": "7" }).end(body));
  const failure = await failureOf(client(url).read(schema, question));
  expect(failure).toMatchObject({ kind, status, retryAfterMs: 7_000 });
  expect(failure.message).not.toContain("ada");
});

test("an answer of another shape is none, and somebody who is not there is only asked for by `find`", async () => {
  const odd = await serve((_, response) => response.end('{"id":71}'));
  expect(await failureOf(client(odd).find(schema, question))).toMatchObject({ errorCode: "unreadable_answer" });
  const nobody = await serve((_, response) => response.writeHead(404).end("{}"));
  expect(await client(nobody).find(schema, question)).toBeUndefined();
  expect(await failureOf(client(nobody).read(schema, question))).toMatchObject({ kind: "not_found" });
});
