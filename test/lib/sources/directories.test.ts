import { expect, test } from "vitest";
import { type LifecycleConfigInput, parseConfig } from "../../../lib/config.ts";
import { openDirectories } from "../../../lib/sources/directories.ts";
import { minimalConfig } from "../../support/events.ts";

const open = (sources: LifecycleConfigInput["sources"]) =>
  openDirectories(parseConfig(minimalConfig({ sources })), () => ({ baseUrl: undefined, secret: async () => "x" }));

test("opens the sources that the configuration lets be read, and no others", () => {
  const sources = {
    bamboohr: { api: { baseUrl: "https://example.bamboohr.com" } },
    entra: { api: { tenantId: "t", clientId: "c" } },
    finch: { api: {} },
    gusto: { api: {} },
    hibob: { api: {} },
    okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } },
    workos: { api: { directoryId: "directory_1" } },
    standard: {},
  };
  const opened = open(sources);
  expect([...opened.keys()]).toEqual(["bamboohr", "entra", "finch", "gusto", "hibob", "okta", "workos"]);
  const listing = [...opened].filter(([, { list }]) => list !== undefined).map(([name]) => name);
  expect(listing).toEqual(["bamboohr", "entra", "okta", "workos"]);
  expect([...open({ okta: { everyone: true }, bamboohr: {}, standard: {} }).keys()]).toEqual([]);
});

test.each([
  ["http://example.okta.com", "sources.okta.api.baseUrl: malformed"],
  ["https://user@example.okta.com", "sources.okta.api.baseUrl: malformed"],
  ["https://example.okta.com/path", "sources.okta.api.baseUrl: malformed"],
  ["ftp://example.okta.com", "sources.okta.api.baseUrl: malformed"],
])("takes no %s for an address", (baseUrl, problem) => {
  expect(() => open({ okta: { everyone: true, api: { baseUrl } } })).toThrow(problem);
});

test("wants to know who at Okta should have access, before it takes anybody for somebody without", () => {
  const api = { baseUrl: "https://example.okta.com" };
  expect(() => open({ okta: { api } })).toThrow("sources.okta.api: needs apps, groups or everyone");
  for (const scope of [{ everyone: true }, { apps: ["0oa1"] }, { groups: ["00g1"] }]) {
    expect([...open({ okta: { api, ...scope } }).keys()]).toEqual(["okta"]);
  }
});
