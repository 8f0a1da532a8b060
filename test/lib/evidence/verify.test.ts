import { generateKeyPairSync } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeBundle } from "../../../lib/evidence/bundle.ts";
import { verifyBundle } from "../../../lib/evidence/verify.ts";
import { about, evidenceEntry, testSigner } from "../../support/evidence.ts";

const signer = testSigner();
const entries = ["okta:1", "okta:2", "okta:3"].map((event) => evidenceEntry({ event }));
const bundle = await makeBundle(entries, about, signer);
const files = (changes: Record<string, string | undefined> = {}) => {
  const all = Object.entries({ ...bundle, ...changes });
  return new Map(all.flatMap(([name, content]) => (content === undefined ? [] : [[name, Buffer.from(content)]])));
};
const verified = (changes?: Record<string, string | undefined>) => verifyBundle(files(changes), signer.pem);

/** The document after something was done to its entries. */
function edited(edit: (entries: unknown[]) => unknown[]): string {
  const document = JSON.parse(bundle["evidence.json"] ?? "");
  return `${JSON.stringify({ ...document, entries: edit(document.entries) }, null, 2)}\n`;
}

describe("a bundle", () => {
  test("verifies as it was signed", async () => {
    expect(verified()).toEqual([]);
    const ofNobody = await makeBundle([], about, signer);
    expect(verified(ofNobody)).toEqual([]);
  });

  test("fails when entries and their hashes were changed alike", () => {
    const hashes = (bundle["entries.sha256"] ?? "").split("\n");
    expect(
      verified({
        "evidence.json": edited(([, ...rest]) => rest),
        "entries.sha256": hashes.slice(1).join("\n"),
      }),
    ).toEqual(["evidence.json was changed", "entries.sha256 was changed"]);
  });

  test("fails on one changed byte, wherever it is", () => {
    const bytes = Object.entries(bundle).flatMap(([name, content]) =>
      [...Buffer.from(content).keys()].map((index) => ({ name, index })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...bytes), fc.integer({ min: 1, max: 255 }), ({ name, index }, difference) => {
        const all = files();
        const changed = Buffer.from(all.get(name) ?? "");
        changed[index] = (changed[index] ?? 0) ^ difference;
        expect(verifyBundle(all.set(name, changed), signer.pem)).not.toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  test("fails on a removed entry, and says so", () => {
    const problems = verified({ "evidence.json": edited(([, ...rest]) => rest) });
    expect(problems).toContain("2 entries instead of 3");
    expect(problems).toContain("evidence.json was changed");
  });

  test("fails on a swapped pair, and names it", () => {
    const problems = verified({ "evidence.json": edited(([one, two, three]) => [two, one, three]) });
    expect(problems).toContain("entry 1 was entry 2");
    expect(problems).toContain("entry 2 was entry 1");
  });

  test("fails on an added entry and an edited one", () => {
    expect(verified({ "evidence.json": edited((all) => [...all, all[0]]) })).toContain("4 entries instead of 3");
    const changed = edited(([one, ...rest]) => [{ ...Object(one), outcome: "none" }, ...rest]);
    expect(verified({ "evidence.json": changed })).toContain("entry 1 was changed");
  });

  test("fails on files that are missing or were added", () => {
    expect(verified({ "evidence.csv": undefined })).toEqual(["evidence.csv is missing"]);
    expect(verified({ "notes.txt": "" })).toEqual(["notes.txt is not part of the bundle"]);
    expect(verified({ "manifest.sig": undefined })).toEqual(["manifest.json or manifest.sig is missing"]);
  });

  test("fails with another key, even one that was put into it", async () => {
    const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    for (const other of [testSigner().pem, publicKey.export({ format: "pem", type: "spki" })]) {
      expect(verifyBundle(files(), other)).toEqual(["the signature of manifest.json does not fit this public key"]);
    }
    const forged = await makeBundle(entries.slice(1), about, testSigner());
    expect(verified(forged)).toEqual(["the signature of manifest.json does not fit this public key"]);
  });

  test("is told from a kind that this version does not know", async () => {
    const manifest = `${JSON.stringify({ format: "of the future" })}\n`;
    const signature = `${(await signer.sign(Buffer.from(manifest))).toString("base64")}\n`;
    expect(verified({ "manifest.json": manifest, "manifest.sig": signature })).toEqual([
      "manifest.json is of no kind that this version knows",
    ]);
  });
});
