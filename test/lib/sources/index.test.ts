import { describe, expect, it } from "vitest";
import { parseConfig } from "../../../lib/config.ts";
import { findSource, sources } from "../../../lib/sources/index.ts";

describe("the registry", () => {
  it("calls every source by its own name", () => {
    for (const [name, source] of Object.entries(sources)) expect(source.name).toBe(name);
  });

  it("finds a source by name, and nothing by what every object has", () => {
    expect(findSource("okta")).toBe(sources.okta);
    for (const name of ["", "Okta", "constructor", "__proto__", "toString"]) expect(findSource(name)).toBeUndefined();
  });

  it("gives the configuration each source's options", () => {
    const config = parseConfig({
      mode: "observe",
      managedDomains: ["example.com"],
      apiKeyOwner: "owner@example.com",
      sources: { okta: { apps: ["0oa1"] } },
      defaults: { role: "member", inviteMode: "email_link" },
      guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0.1, floor: 1 } },
    });
    expect(config.sources.okta?.apps).toEqual(["0oa1"]);
    expect(config.sources.standard).toBeUndefined();
  });
});
