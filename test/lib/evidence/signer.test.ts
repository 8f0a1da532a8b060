import { createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { KMSClient } from "@aws-sdk/client-kms";
import { expect, onTestFinished, test } from "vitest";
import { fileSigner, kmsSigner } from "../../../lib/evidence/signer.ts";
import { serve } from "../../support/fake-arize.ts";

const data = Buffer.from("what is signed");

test("KMS signs the data with its key, and gives its public half", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const asked: unknown[] = [];
  const endpoint = await serve(async (request, response) => {
    const input: { Message?: string } = Object(await json(request));
    const message = Buffer.from(input.Message ?? "", "base64");
    asked.push(input);
    const isSign = String(request.headers["x-amz-target"]).endsWith(".Sign");
    const answer = isSign
      ? { Signature: sign("sha256", message, privateKey).toString("base64") }
      : { PublicKey: publicKey.export({ format: "der", type: "spki" }).toString("base64") };
    response.setHeader("content-type", "application/x-amz-json-1.1").end(JSON.stringify(answer));
  });
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  const signer = kmsSigner(new KMSClient({ endpoint, region: "us-east-1", credentials }), "key-1");
  const key = createPublicKey(await signer.publicKey());
  expect(verify("sha256", data, key, await signer.sign(data))).toBe(true);
  expect(signer).toMatchObject({ algorithm: "ECDSA_SHA_256", keyId: "key-1" });
  expect(asked[1]).toMatchObject({ KeyId: "key-1", MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" });
});

function keyFile(type: "ed25519" | "x25519"): string {
  const folder = mkdtempSync(join(tmpdir(), "signer-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { privateKey } = type === "ed25519" ? generateKeyPairSync("ed25519") : generateKeyPairSync("x25519");
  const file = join(folder, "key.pem");
  writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }));
  return file;
}

test("a file's Ed25519 key signs too, and no other", async () => {
  const signer = await fileSigner(keyFile("ed25519"));
  expect(verify(null, data, createPublicKey(await signer.publicKey()), await signer.sign(data))).toBe(true);
  await expect(fileSigner(keyFile("x25519"))).rejects.toThrow("holds no Ed25519 key");
});
