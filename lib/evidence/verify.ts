import { createPublicKey, verify } from "node:crypto";
import * as z from "zod/mini";
import { documentName, hashesName, manifestFormat, manifestName, signatureName } from "./bundle.ts";
import { canonicalJson, sha256 } from "./canonical.ts";

const manifestSchema = z.object({
  format: z.literal(manifestFormat),
  createdAt: z.string(),
  files: z.record(z.string(), z.string()),
});
const documentSchema = z.object({ entries: z.array(z.unknown()) });

/**
 * Checks a bundle with nothing but its files and the public key: the signature over the manifest, each file's hash, each
 * entry's in its order, and that nothing is missing or has been added.
 * @param files the content of all files in the bundle's folder, by name
 * @returns what is wrong, nothing when all is as it was signed
 */
export function verifyBundle(files: ReadonlyMap<string, Buffer>, publicKeyPem: string | Buffer): string[] {
  const [manifestBytes, signature] = [files.get(manifestName), files.get(signatureName)];
  if (manifestBytes === undefined || signature === undefined) return [`${manifestName} or ${signatureName} is missing`];
  const key = createPublicKey(publicKeyPem);
  const algorithm = key.asymmetricKeyType === "ed25519" ? null : "sha256";
  const signed = Buffer.from(signature.toString(), "base64");
  // Base64 is read leniently; a signature file with other bytes is not the one that was written.
  const isAsWritten = signature.toString() === `${signed.toString("base64")}\n`;
  if (!isAsWritten || !verify(algorithm, manifestBytes, key, signed)) {
    return [`the signature of ${manifestName} does not fit this public key`];
  }
  const manifest = manifestSchema.safeParse(parsed(manifestBytes)).data;
  if (manifest === undefined) return [`${manifestName} is of no kind that this version knows`];
  const hashes = files.get(hashesName)?.toString().split("\n").slice(0, -1) ?? [];
  return [...differingFiles(files, manifest.files), ...differingEntries(files.get(documentName), hashes)];
}

function differingFiles(files: ReadonlyMap<string, Buffer>, signed: Record<string, string>): string[] {
  const known = new Set([...Object.keys(signed), manifestName, signatureName]);
  const added = [...files.keys()].filter((name) => !known.has(name)).map((name) => `${name} is not part of the bundle`);
  const wrong = Object.entries(signed).flatMap(([name, hash]) => {
    const content = files.get(name);
    if (content === undefined) return [`${name} is missing`];
    return sha256(content) === hash ? [] : [`${name} was changed`];
  });
  return [...wrong, ...added];
}

function differingEntries(document: Buffer | undefined, hashes: readonly string[]): string[] {
  const entries = documentSchema.safeParse(parsed(document)).data?.entries;
  if (entries === undefined) return [`${documentName} cannot be read`];
  const count = entries.length === hashes.length ? [] : [`${entries.length} entries instead of ${hashes.length}`];
  const wrong = entries.flatMap((entry, index) => {
    const hash = sha256(canonicalJson(entry));
    if (hash === hashes[index]) return [];
    const place = hashes.indexOf(hash);
    return [place === -1 ? `entry ${index + 1} was changed` : `entry ${index + 1} was entry ${place + 1}`];
  });
  return [...count, ...wrong];
}

function parsed(bytes: Buffer | undefined): unknown {
  try {
    return JSON.parse(bytes?.toString() ?? "");
  } catch {
    return undefined;
  }
}
