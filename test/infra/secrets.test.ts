import { describe, expect, it } from "vitest";
import { sources } from "../../lib/sources/index.ts";
import localConfig from "../../local/lifecycle.config.ts";
import { resourcesOf, templateOf } from "../support/template.ts";

const idsOf = (template: ReturnType<typeof templateOf>) =>
  [...resourcesOf(template, "AWS::SecretsManager::Secret").keys()].map((id) =>
    id.replace(/^Secrets|[0-9A-F]{8}$/g, ""),
  );

describe("the secrets", () => {
  const template = templateOf();

  it("are one for Arize, one for the identity key and one for each configured source", () => {
    expect(idsOf(template).sort()).toEqual(["Arize", "Identity", "SourceOkta", "SourceStandard"]);
    expect(idsOf(templateOf({}, { sources: { standard: {} } })).sort()).toEqual([
      "Arize",
      "Identity",
      "SourceStandard",
    ]);
  });

  it("can be those of every source there is", () => {
    const ids = idsOf(templateOf({}, { sources: localConfig.sources }));
    expect(ids.filter((id) => id.startsWith("Source"))).toHaveLength(Object.keys(sources).length);
    expect(ids).toContain("SourceSharedsignals");
  });

  it("are one more for each source whose own API is read", () => {
    const sources = { okta: { everyone: true, api: { baseUrl: "https://example.okta.com" } }, standard: {} };
    const ids = idsOf(templateOf({}, { sources })).sort();
    expect(ids).toEqual(["ApiOkta", "Arize", "Identity", "SourceOkta", "SourceStandard"]);
  });

  it("hold no value in the template, and only the identity key is generated", () => {
    for (const [id, { Properties }] of resourcesOf(template, "AWS::SecretsManager::Secret")) {
      const keys = id.startsWith("SecretsIdentity") ? ["Description", "GenerateSecretString"] : ["Description"];
      expect(Object.keys(Properties).sort()).toEqual(keys);
    }
    template.hasResource("AWS::SecretsManager::Secret", {
      DeletionPolicy: "Retain",
      Properties: { GenerateSecretString: { PasswordLength: 64, ExcludePunctuation: true } },
    });
  });

  it("have no fixed name, so that stages do not meet", () => {
    for (const { Properties } of resourcesOf(template, "AWS::SecretsManager::Secret").values()) {
      expect(Properties).not.toHaveProperty("Name");
    }
  });
});
