import { expect, test } from "vitest";
import { workosApi } from "../../../lib/sources/api-options.ts";
import { openWorkos } from "../../../lib/sources/workos-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const api = workosApi.parse({ directoryId: "directory_1" });
const open = (url: string, groups: string[] = [], secret?: string) =>
  openWorkos(api, { groups }, accessTo("workos", url, secret));

test.each([
  [true, [], [], "active"],
  [false, [], [], "inactive"],
  [true, ["g1"], ["g1"], "active"],
  [true, ["g9"], ["g1"], "outside"],
] as const)("somebody active %s in %j, of the groups %j, is %s", async (active, groups, wanted, access) => {
  const { url, put } = await fakeSources();
  put("workos", "directory_user_1", { ...ada, active, groups: [...groups] });
  const { email, name, department } = ada;
  expect(await open(url, [...wanted]).lookup("directory_user_1")).toMatchObject({
    externalId: "directory_user_1",
    email,
    name,
    department,
    access,
  });
});

test("somebody whom WorkOS does not know is gone; a gateway's 404 says nothing", async () => {
  const { url } = await fakeSources();
  expect(await open(url).lookup("directory_user_1")).toBeUndefined();
  const gateway = await serve((_, response) => response.writeHead(404).end("not here"));
  expect(await failureOf(open(gateway).lookup("directory_user_1"))).toMatchObject({ kind: "server" });
});

test("a wrong key is a failure", async () => {
  const { url } = await fakeSources();
  expect(await failureOf(open(url, [], "sk_wrong").lookup("u"))).toMatchObject({ kind: "authentication" });
});

test.each([
  [[], ["1", "2", "3", "4", "5"]],
  [
    ["g1", "g2"],
    ["1", "2", "3", "5"],
  ],
])("the listing of the groups %j is read part by part", async (groups, ids) => {
  const { url, put } = await fakeSources();
  const memberships = [["g1"], ["g1"], ["g1"], ["g9"], ["g2"]];
  for (const [index, each] of memberships.entries()) put("workos", String(index + 1), { ...ada, groups: each });
  const { list } = open(url, groups);
  const people: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await list?.(cursor);
    people.push(...(page?.people ?? []).map(({ externalId }) => externalId));
    cursor = page?.next;
  } while (cursor !== undefined);
  expect(people).toEqual(ids);
});
