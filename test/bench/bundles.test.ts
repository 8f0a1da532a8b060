import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Bundle, bundleKitchen, bundleOurs, type FunctionName, functionNames } from "../../bench/build.ts";

const folder = mkdtempSync(join(tmpdir(), "bundles-"));
afterAll(() => rmSync(folder, { recursive: true }));

const bundles = new Map<FunctionName, Bundle>();
beforeAll(async () => {
  for (const name of functionNames) bundles.set(name, await bundleOurs(name, folder));
}, 120_000);

/** The files that are really in a bundle, by their paths from the project's folder. */
function filesIn(name: FunctionName): string[] {
  const outputs = Object.values(bundles.get(name)?.metafile.outputs ?? {});
  return outputs.flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([file, { bytesInOutput }]) => (bytesInOutput > 0 ? [file] : [])),
  );
}

/** `node_modules/a/node_modules/b/c.js`: the package `b`, at the place where it is installed. */
function packagesIn(name: FunctionName): { name: string; place: string }[] {
  const places = filesIn(name).flatMap((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0] ?? []);
  return [...new Set(places)].map((place) => ({ place, name: place.replace(/^.*node_modules\//, "") }));
}

describe.each(functionNames)("the bundle of %s", (name) => {
  it("holds each package once", () => {
    const names = packagesIn(name).map((one) => one.name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((one, index) => names.indexOf(one) !== index)).toEqual([]);
  });

  it("holds zod's mini form only, no locales, and no other validator", () => {
    const zod = filesIn(name).filter((file) => file.includes("node_modules/zod/"));
    expect(zod.filter((file) => /\/(locales|classic)\//.test(file))).toEqual([]);
    expect(packagesIn(name).map((one) => one.name)).not.toContain("ajv");
  });

  it("holds nothing that looks for credentials elsewhere than in the environment", () => {
    const packages = packagesIn(name).map((one) => one.name);
    expect(packages.filter((one) => one.includes("credential-provider"))).toEqual(["@aws-sdk/credential-provider-env"]);
    expect(packages).not.toContain("@aws-sdk/nested-clients");
  });

  it("imports neither node:http nor node:process, which cost a cold start what they are not used for", () => {
    const [output] = Object.values(bundles.get(name)?.metafile.outputs ?? {});
    const imported = output?.imports.map(({ path }) => path) ?? [];
    expect(imported).toContain("node:crypto");
    expect(imported).not.toContain("node:http");
    expect(imported).not.toContain("node:process");
  });

  it("is at most three quarters of what it could have been", async () => {
    const kitchen = await bundleKitchen(name === "ingest" ? "ingest" : "provision", folder);
    expect(bundles.get(name)?.bytes).toBeGreaterThan(100_000);
    expect(bundles.get(name)?.bytes).toBeLessThanOrEqual(0.75 * kitchen.bytes);
  }, 60_000);
});

it("ingest holds nothing of the ledger", () => {
  expect(packagesIn("ingest").filter((one) => one.name.includes("dynamodb"))).toEqual([]);
});
