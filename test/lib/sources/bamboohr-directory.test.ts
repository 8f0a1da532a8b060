import { expect, test } from "vitest";
import { openBambooHr } from "../../../lib/sources/bamboohr-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const open = (url: string, secret?: string) =>
  openBambooHr({ baseUrl: "https://example.bamboohr.com" }, accessTo("bamboohr", url, secret));

test.each([
  [true, "active"],
  [false, "inactive"],
])("somebody active %s is %s", async (active, access) => {
  const { url, put } = await fakeSources();
  put("bamboohr", "71", { ...ada, active });
  const { email, name, department } = ada;
  expect(await open(url).lookup("71")).toEqual({ externalId: "71", email, name, department, access });
});

test("somebody whom BambooHR does not know is gone, by a header alone; a gateway's 404 says nothing", async () => {
  const { url } = await fakeSources();
  expect(await open(url).lookup("71")).toBeUndefined();
  const gateway = await serve((_, response) => response.writeHead(404).end());
  expect(await failureOf(open(gateway).lookup("71"))).toMatchObject({ kind: "server" });
});

test("a status that the key may not see is no status", async () => {
  const url = await serve((_, response) => response.end('{"id":"71","workEmail":"ada@example.com"}'));
  expect(await failureOf(open(url).lookup("71"))).toMatchObject({ errorCode: "unreadable_answer" });
});

test("a wrong key is a failure", async () => {
  const { url } = await fakeSources();
  expect(await failureOf(open(url, "wrong").lookup("71"))).toMatchObject({ kind: "authentication" });
});

test("the directory has those who are active, at once", async () => {
  const { url, put } = await fakeSources();
  for (const id of ["71", "72", "73"]) put("bamboohr", id, { ...ada, active: id !== "72" });
  const page = await open(url).list?.(undefined);
  expect(page).toMatchObject({ people: [{ externalId: "71", access: "active" }, { externalId: "73" }] });
  expect(page?.next).toBeUndefined();
});
