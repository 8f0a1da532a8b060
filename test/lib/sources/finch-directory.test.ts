import { expect, test } from "vitest";
import { openFinch } from "../../../lib/sources/finch-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const open = (url: string, secret?: string) =>
  openFinch({ baseUrl: "https://api.tryfinch.com" }, accessTo("finch", url, secret));
const id = "71000000-0000-4000-8000-000000000001";

test.each([
  ["works there", {}, "active"],
  ["has left", { active: false }, "inactive"],
  ["has not started", { active: false, startDate: "2999-01-01" }, "pending"],
])("who %s is read", async (_, more, access) => {
  const { url, put } = await fakeSources();
  put("finch", id, { ...ada, ...more });
  const { email, name, department } = ada;
  expect(await open(url).lookup(id)).toEqual({ externalId: id, email, name, department, access });
});

test("somebody whom Finch does not know is gone, and a wrong token is a failure", async () => {
  const { url } = await fakeSources();
  expect(await open(url).lookup(id)).toBeUndefined();
  expect(await failureOf(open(url, "wrong").lookup(id))).toMatchObject({ kind: "authentication" });
});

test.each([
  ["still being fetched", { responses: [{ individual_id: id, code: 202, body: {} }] }],
  ["missing", { responses: [] }],
  ["of an odd shape", { responses: [{ individual_id: id, code: 200, body: { is_active: "yes" } }] }],
])("an answer that is %s is none", async (_, body) => {
  const url = await serve((_request, response) => response.end(JSON.stringify(body)));
  expect(await failureOf(open(url).lookup(id))).toMatchObject({ kind: "server", path: "/employer/employment" });
});
