import { expect, test } from "vitest";
import { makeBundle } from "../../../lib/evidence/bundle.ts";
import { canonicalJson, sha256 } from "../../../lib/evidence/canonical.ts";
import { about, evidenceEntry, testSigner } from "../../support/evidence.ts";

test("a bundle is JSON, CSV, a page, the key, a hash of each entry, and a signed manifest with a hash of each file", async () => {
  const entry = evidenceEntry();
  const bundle = await makeBundle([entry], about, testSigner());
  expect(Object.keys(bundle).toSorted()).toEqual([
    "entries.sha256",
    "evidence.csv",
    "evidence.html",
    "evidence.json",
    "manifest.json",
    "manifest.sig",
    "public-key.pem",
  ]);
  const hashes = `${sha256(canonicalJson(entry))}\n`;
  expect(bundle["entries.sha256"]).toBe(hashes);
  const manifest = JSON.parse(bundle["manifest.json"] ?? "");
  expect(manifest).toMatchObject({
    signer: { algorithm: "Ed25519", keyId: "test" },
    files: { "evidence.csv": sha256(bundle["evidence.csv"] ?? ""), "entries.sha256": sha256(hashes) },
  });
  expect(JSON.parse(bundle["evidence.json"] ?? "")).toMatchObject({
    about,
    summary: { leavers: 1 },
    entries: [{ event: "okta:1" }],
  });
});

test("however many entries there are, the manifest is as short as what KMS signs at once", async () => {
  const entries = Array.from({ length: 200 }, (_, n) => evidenceEntry({ event: `okta:${n}` }));
  const bundle = await makeBundle(entries, about, testSigner());
  expect(Buffer.byteLength(bundle["manifest.json"] ?? "")).toBeLessThan(4096);
});
