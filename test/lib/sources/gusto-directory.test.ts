import { expect, test } from "vitest";
import { openGusto } from "../../../lib/sources/gusto-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";

const open = (url: string, secret?: string) =>
  openGusto({ baseUrl: "https://api.gusto.com" }, accessTo("gusto", url, secret));
const uuid = "71000000-0000-4000-8000-000000000001";

test.each([
  ["works there", {}, "active"],
  ["has left", { active: false }, "inactive"],
  ["will leave on a day that is set", { endDate: "2999-01-01" }, "active"],
  ["has not started", { active: false, startDate: "2999-01-01" }, "pending"],
])("who %s is read", async (_, more, access) => {
  const { url, put } = await fakeSources();
  put("gusto", uuid, { ...ada, ...more });
  const { email, name, department } = ada;
  expect(await open(url).lookup(uuid)).toEqual({ externalId: uuid, email, name, department, access });
});

test("somebody whom Gusto does not know is gone, and a token that ran out is a failure", async () => {
  const { url } = await fakeSources();
  expect(await open(url).lookup(uuid)).toBeUndefined();
  expect(await failureOf(open(url, "old").lookup(uuid))).toMatchObject({ kind: "authentication" });
});
