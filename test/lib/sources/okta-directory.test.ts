import { describe, expect, test } from "vitest";
import type { OktaOptions } from "../../../lib/sources/okta.ts";
import { okta } from "../../../lib/sources/okta.ts";
import { openOkta } from "../../../lib/sources/okta-directory.ts";
import { accessTo, ada, failureOf, fakeSources } from "../../support/directory.ts";
import { serve } from "../../support/fake-arize.ts";

const api = { baseUrl: "https://example.okta.com" };
const open = (url: string, options: Partial<OktaOptions> = { everyone: true }, secret?: string) =>
  openOkta(api, okta.options.parse(options), accessTo("okta", url, secret));

describe("a user", () => {
  test("is read with name, address and department", async () => {
    const { url, put, calls } = await fakeSources();
    put("okta", "00u1", ada);
    const { active: _, ...details } = ada;
    expect(await open(url).lookup("00u1")).toEqual({ externalId: "00u1", ...details, access: "active" });
    expect(calls()).toEqual([{ source: "okta", route: "GET /api/v1/users/{id}", status: 200 }]);
  });

  test("is gone only by Okta's own 404", async () => {
    const { url } = await fakeSources();
    expect(await open(url).lookup("00u1")).toBeUndefined();
    for (const body of ["<html></html>", "", '{"message":"no route"}']) {
      const gateway = await serve((_, response) => response.writeHead(404).end(body));
      expect(await failureOf(open(gateway).lookup("00u1"))).toMatchObject({ kind: "server", status: 404 });
    }
  });

  test("with a wrong token is a failure that names neither token nor id", async () => {
    const { url } = await fakeSources();
    const failure = await failureOf(open(url, undefined, "00-wrong").lookup("00u1"));
    expect(failure).toMatchObject({ kind: "authentication", path: "/api/v1/users/{id}" });
    expect(failure.message).not.toMatch(/wrong|00u1/);
  });

  const statuses: [string, Partial<OktaOptions>, string][] = [
    ["ACTIVE", {}, "active"],
    ["PROVISIONED", {}, "active"],
    ["RECOVERY", {}, "active"],
    ["PASSWORD_EXPIRED", {}, "active"],
    ["LOCKED_OUT", {}, "active"],
    ["A_WORD_OF_THE_FUTURE", {}, "active"],
    ["STAGED", {}, "pending"],
    ["DEPROVISIONED", {}, "inactive"],
    ["SUSPENDED", {}, "active"],
    ["SUSPENDED", { kinds: { "user.lifecycle.suspend": "leaver" } }, "inactive"],
  ];
  test.each(statuses)("who is %s with %j is %s", async (status, options, access) => {
    const profile = { login: "ada@example.com" };
    const url = await serve((_, response) => response.end(JSON.stringify({ id: "00u1", status, profile })));
    expect(await open(url, { everyone: true, ...options }).lookup("00u1")).toMatchObject({ access });
  });

  test.each([
    [{ login: "ada@example.com", email: "other@example.com" }, "ada@example.com"],
    [{ login: "ada", email: "ada@example.com" }, "ada@example.com"],
    [{ login: "ada", email: null }, undefined],
  ])("with the profile %j has the address that events name them by", async (profile, email) => {
    const user = { id: "00u1", status: "ACTIVE", profile };
    const url = await serve((_, response) => response.end(JSON.stringify(user)));
    expect((await open(url).lookup("00u1"))?.email).toBe(email);
  });
});

describe("access", () => {
  test.each([
    [["00g1"], { groups: ["00g1"] }, "active"],
    [["00g9", "00g8", "00g1"], { groups: ["00g1"] }, "active"],
    [["00g9"], { groups: ["00g1"] }, "outside"],
    [["0oa2"], { apps: ["0oa1", "0oa2"] }, "active"],
    [[], { apps: ["0oa1"], groups: ["00g1"] }, "outside"],
    [[], { everyone: true }, "active"],
  ])("of somebody in %j with %j is %s", async (groups, options, access) => {
    const { url, put } = await fakeSources();
    put("okta", "00u1", { ...ada, groups });
    expect(await open(url, options).lookup("00u1")).toMatchObject({ access });
  });

  test("is not asked for of somebody who has left", async () => {
    const { url, put, calls } = await fakeSources();
    put("okta", "00u1", { ...ada, active: false });
    expect(await open(url, { groups: ["00g1"] }).lookup("00u1")).toMatchObject({ access: "inactive" });
    expect(calls()).toHaveLength(1);
  });
});

describe("the listing", () => {
  const everybody = async (url: string, options: Partial<OktaOptions>) => {
    const { list } = open(url, options);
    const people: (string | undefined)[] = [];
    let cursor: string | undefined;
    do {
      const page = await list?.(cursor);
      people.push(...(page?.people ?? []).map(({ externalId }) => externalId));
      cursor = page?.next;
    } while (cursor !== undefined);
    return people;
  };

  test.each([
    ["everybody", { everyone: true }, ["00u1", "00u2", "00u3", "00u4", "00u5"]],
    ["the members of groups and apps", { groups: ["00g1", "00g2"], apps: ["0oa1"] }, ["00u1", "00u2", "00u3", "00u4"]],
    ["nobody of an empty group", { groups: ["00g9"] }, []],
  ])("has %s, part by part", async (_, options, ids) => {
    const { url, put } = await fakeSources();
    const groups = [["00g1"], ["00g1"], ["00g1"], ["0oa1"], []];
    for (const [index, each] of groups.entries()) put("okta", `00u${index + 1}`, { ...ada, groups: each });
    expect(await everybody(url, options)).toEqual(ids);
  });

  test("follows no link to elsewhere", async () => {
    const asked: unknown[] = [];
    const elsewhere = await serve((request, response) => {
      asked.push(request.url);
      response.end("[]");
    });
    const url = await serve((_, response) => {
      response.writeHead(200, { link: `<${elsewhere}/api/v1/users?after=1>; rel="next"` }).end("[]");
    });
    expect(await failureOf(Promise.resolve(open(url).list?.(undefined)))).toMatchObject({ errorCode: "foreign_link" });
    expect(asked).toEqual([]);
  });
});
