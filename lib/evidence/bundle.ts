import { canonicalJson, sha256 } from "./canonical.ts";
import { toCsv } from "./csv.ts";
import type { EvidenceEntry } from "./entry.ts";
import { toPage } from "./page.ts";
import type { Signer } from "./signer.ts";
import { type EvidenceSummary, summarize } from "./summary.ts";

/** What evidence is about. */
export interface EvidenceAbout {
  /** The stack that it was made by. */
  system: string;
  createdAt: string;
  from?: string | undefined;
  to?: string | undefined;
  redacted: boolean;
  /** From when on a removal counts as late. */
  goalMs: number;
}

/** `evidence.json`. */
export interface EvidenceDocument {
  about: EvidenceAbout;
  summary: EvidenceSummary;
  entries: EvidenceEntry[];
}

export const manifestName = "manifest.json";
export const signatureName = "manifest.sig";
export const documentName = "evidence.json";
export const hashesName = "entries.sha256";
export const manifestFormat = "arize-user-lifecycle evidence 1";

/**
 * Makes the files of a bundle, by their names. One of them holds a hash of every entry, in its order; the manifest holds a hash
 * of every file, and the signature covers the manifest's bytes: one changed byte anywhere, a lost entry or a swapped pair does
 * not verify.
 */
export async function makeBundle(
  entries: EvidenceEntry[],
  about: EvidenceAbout,
  signer: Signer,
): Promise<Record<string, string>> {
  const document: EvidenceDocument = { about, summary: summarize(entries), entries };
  const files = {
    [documentName]: `${JSON.stringify(document, null, 2)}\n`,
    "evidence.csv": toCsv(entries),
    "evidence.html": toPage(document),
    [hashesName]: entries.map((entry) => `${sha256(canonicalJson(entry))}\n`).join(""),
    "public-key.pem": await signer.publicKey(),
  };
  const manifest = {
    format: manifestFormat,
    createdAt: about.createdAt,
    signer: { algorithm: signer.algorithm, keyId: signer.keyId },
    files: Object.fromEntries(Object.entries(files).map(([name, content]) => [name, sha256(content)])),
  };
  const bytes = `${JSON.stringify(manifest, null, 2)}\n`;
  const signature = await signer.sign(Buffer.from(bytes));
  return { ...files, [manifestName]: bytes, [signatureName]: `${signature.toString("base64")}\n` };
}
