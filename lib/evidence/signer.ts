import { createHash, createPrivateKey, createPublicKey, sign } from "node:crypto";
import { readFile } from "node:fs/promises";
import { GetPublicKeyCommand, type KMSClient, SignCommand } from "@aws-sdk/client-kms";

/** What signs a bundle's manifest. */
export interface Signer {
  algorithm: "ECDSA_SHA_256" | "Ed25519";
  keyId: string;
  /** In PEM. */
  publicKey(): Promise<string>;
  sign(data: Buffer): Promise<Buffer>;
}

/** Signs with a key that never leaves KMS: ECDSA over P-256, DER-encoded. KMS takes no more than 4096 bytes. */
export function kmsSigner(kms: KMSClient, keyId: string): Signer {
  return {
    algorithm: "ECDSA_SHA_256",
    keyId,
    publicKey: async () => {
      const { PublicKey = new Uint8Array() } = await kms.send(new GetPublicKeyCommand({ KeyId: keyId }));
      const key = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
      return key.export({ format: "pem", type: "spki" }).toString();
    },
    sign: async (data) => {
      const request = { KeyId: keyId, Message: data, MessageType: "RAW", SigningAlgorithm: "ECDSA_SHA_256" } as const;
      const { Signature = new Uint8Array() } = await kms.send(new SignCommand(request));
      return Buffer.from(Signature);
    },
  };
}

/** Signs with an Ed25519 key from a file in PEM. @throws Error when there is none in it */
export async function fileSigner(file: string): Promise<Signer> {
  const key = createPrivateKey(await readFile(file));
  if (key.asymmetricKeyType !== "ed25519") throw new Error(`${file} holds no Ed25519 key`);
  const pem = createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
  const keyId = createHash("sha256").update(pem).digest("hex").slice(0, 16);
  return { algorithm: "Ed25519", keyId, publicKey: async () => pem, sign: async (data) => sign(null, data, key) };
}
