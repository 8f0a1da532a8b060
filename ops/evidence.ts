import { createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import * as z from "zod/mini";
import { verifyBundle } from "../lib/evidence/verify.ts";
import type { Target } from "./connection.ts";
import { WrongUse } from "./failure.ts";
import { invoke } from "./invoke.ts";

/** What evidence is wanted of. */
export interface EvidenceRequest {
  from?: string | undefined;
  to?: string | undefined;
  email?: string | undefined;
  redact: boolean;
  goalMs: number;
  activity: boolean;
}

const answerSchema = z.object({
  leavers: z.number(),
  files: z.record(z.string().check(z.regex(/^[a-z-]+\.[a-z0-9]+$/)), z.string()),
});

/**
 * Has evidence made and signed, and writes its files into a folder. The stack's function does it, with a key that operators
 * cannot use; where there is none its code runs here, with a key from a file.
 * @param folder new, or empty
 * @param keyFile where there is no function: an Ed25519 key in PEM, made when it is not there
 * @returns how many leavers it tells of, which files were written, and the signing key's file when it was made for this
 */
export async function writeEvidence(
  target: Target,
  request: EvidenceRequest,
  folder: string,
  keyFile: string,
): Promise<{ leavers: number; files: string[]; newKey: string | undefined }> {
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw new WrongUse(`${folder} is not empty`);
  const newKey = target.signFunction === undefined ? await useKey(resolve(keyFile)) : undefined;
  const { leavers, files } = answerSchema.parse(await invoke("sign-evidence", request, target.signFunction));
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), gunzipSync(Buffer.from(content, "base64")));
  }
  return { leavers, files: Object.keys(files).map((name) => join(folder, name)), newKey };
}

/** Has the function sign with the key in a file. @returns the file when the key was made just now */
async function useKey(file: string): Promise<string | undefined> {
  process.env.EVIDENCE_KEY_FILE = file;
  if (existsSync(file)) return undefined;
  const { privateKey } = generateKeyPairSync("ed25519");
  await writeFile(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600, flag: "wx" });
  return file;
}

/**
 * Checks a bundle against a public key that the auditor had before; needs no network.
 * @returns what is wrong, nothing when all is as it was signed
 * @throws Error when the folder or the key cannot be read
 */
export async function verifyEvidence(folder: string, publicKeyFile: string): Promise<string[]> {
  const names = await readdir(folder);
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const));
  return verifyBundle(new Map(files), await readPublicKey(publicKeyFile));
}

async function readPublicKey(file: string): Promise<Buffer> {
  const pem = await readFile(file);
  try {
    createPublicKey(pem);
    return pem;
  } catch {
    throw new Error(`${file} holds no public key in PEM`);
  }
}
