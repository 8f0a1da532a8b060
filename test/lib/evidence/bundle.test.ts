import { expect, test } from "vitest";
import { makeBundle } from "../../../lib/evidence/bundle.ts";
import { canonicalJson, sha256 } from "../../../lib/evidence/canonical.ts";
import { about, evidenceEntry, testSigner } from "../../support/evidence.ts";

test("a bundle is JSON, CSV, a page, the key, and a signed manifest with a hash of each file and entry", async () => {
  const entry = evidenceEntry();
  const bundle = await makeBundle([entry], about, testSigner());
  const names = ["evidence.csv", "evidence.html", "evidence.json", "manifest.json", "manifest.sig", "public-key.pem"];
  expect(Object.keys(bundle).toSorted()).toEqual(names);
  const manifest = JSON.parse(bundle["manifest.json"] ?? "");
  expect(manifest).toMatchObject({
    signer: { algorithm: "Ed25519", keyId: "test" },
    entries: [sha256(canonicalJson(entry))],
    files: { "evidence.csv": sha256(bundle["evidence.csv"] ?? "") },
  });
  expect(JSON.parse(bundle["evidence.json"] ?? "")).toMatchObject({
    about,
    summary: { leavers: 1 },
    entries: [{ event: "okta:1" }],
  });
});
