import { describe, expect, test } from "vitest";
import { entraApi } from "../../../lib/sources/api-options.ts";
import { openEntra } from "../../../lib/sources/entra-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";

const id = "ada00000-0000-4000-8000-000000000001";
const open = (url: string, groups: string[] = [], secret?: string) =>
  openEntra(entraApi.parse({ tenantId: "tenant", clientId: "client", groups }), accessTo("entra", url, secret));

describe("a user", () => {
  test.each([
    ["active", {}, "active"],
    ["disabled", { active: false }, "inactive"],
    ["deleted a while ago", { deleted: true }, "inactive"],
  ])("who is %s is read", async (_, more, access) => {
    const { url, put } = await fakeSources();
    put("entra", id, { ...ada, ...more });
    const { email, name } = ada;
    expect(await open(url).lookup(id)).toMatchObject({ externalId: id, email, name, access });
  });

  test("is gone when they are not among the deleted either", async () => {
    const { url, calls } = await fakeSources();
    expect(await open(url).lookup(id)).toBeUndefined();
    expect(calls().map(({ route }) => route)).toEqual([
      "POST /{tenant}/oauth2/v2.0/token",
      "GET /v1.0/users/{id}",
      "GET /v1.0/directory/deletedItems/{id}",
    ]);
  });

  test.each([
    [["g1"], "active"],
    [["g9"], "outside"],
  ])("in the groups %j of those that stand for access is %s", async (groups, access) => {
    const { url, put } = await fakeSources();
    put("entra", id, { ...ada, groups });
    expect(await open(url, ["g1", "g2"]).lookup(id)).toMatchObject({ access });
  });

  test("is read with a token that is asked for once", async () => {
    const { url, put, calls } = await fakeSources();
    put("entra", id, ada);
    const directory = open(url);
    await Promise.all([directory.lookup(id), directory.lookup(id)]);
    await directory.lookup(id);
    expect(calls().filter(({ route }) => route.includes("token"))).toHaveLength(1);
  });

  test("is read with a new token once the old one is not accepted any more", async () => {
    const { url, put, fault } = await fakeSources();
    put("entra", id, ada);
    const directory = open(url);
    await directory.lookup(id);
    fault({ source: "entra", status: 401 });
    expect(await failureOf(directory.lookup(id))).toMatchObject({ kind: "authentication" });
    expect(await directory.lookup(id)).toMatchObject({ access: "active" });
  });

  test("with a wrong client secret is a failure that does not tell it", async () => {
    const { url } = await fakeSources();
    const failure = await failureOf(open(url, [], "wrong-secret").lookup(id));
    expect(failure.kind).toBe("authentication");
    expect(failure.message).not.toContain("wrong-secret");
  });
});

describe("the listing", () => {
  test.each([
    ["everybody but the deleted", [], ["1", "2", "3", "4"]],
    ["the members of the groups", ["g1", "g2"], ["1", "2", "3", "4"]],
    ["the members of one", ["g2"], ["4"]],
  ])("has %s, part by part", async (_, groups, ids) => {
    const { url, put } = await fakeSources();
    for (const [index, each] of [["g1"], ["g1"], ["g1"], ["g2"]].entries()) {
      put("entra", String(index + 1), { ...ada, groups: each });
    }
    put("entra", "5", { ...ada, groups: ["g1"], deleted: true });
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
});
