import { expect, test } from "vitest";
import { openHiBob } from "../../../lib/sources/hibob-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const open = (url: string, secret?: string) =>
  openHiBob({ baseUrl: "https://api.hibob.com" }, accessTo("hibob", url, secret));

test.each([
  [{}, "active"],
  [{ active: false }, "inactive"],
  [{ active: false, startDate: "2999-01-01" }, "pending"],
])("somebody with %j is %s", async (more, access) => {
  const { url, put } = await fakeSources();
  put("hibob", "71", { ...ada, ...more });
  const { email, name, department } = ada;
  expect(await open(url).lookup("71")).toEqual({ externalId: "71", email, name, department, access });
});

test.each([
  ["Garden leave", "inactive"],
  ["gardenLeave", "inactive"],
  ["Parental leave", "active"],
  ["A word of the future", "active"],
])("who is in %s is %s", async (value, access) => {
  const employee = { "/root/email": { value: null }, "/internal/lifecycleStatus": { value } };
  const url = await serve((_, response) => response.end(JSON.stringify(employee)));
  expect(await open(url).lookup("71")).toMatchObject({ access });
});

test("a field that the service user may not see is no status", async () => {
  const url = await serve((_, response) => response.end('{"/root/email":{"value":"ada@example.com"}}'));
  expect(await failureOf(open(url).lookup("71"))).toMatchObject({ errorCode: "unreadable_answer" });
});

test("somebody whom Bob does not know is gone, and a wrong token is a failure", async () => {
  const { url } = await fakeSources();
  expect(await open(url).lookup("71")).toBeUndefined();
  expect(await failureOf(open(url, "user:wrong").lookup("71"))).toMatchObject({ kind: "authentication" });
});
