import { createHash, createPrivateKey, createPublicKey, type KeyObject } from "node:crypto";

/** What PKCS #8 puts before the 32 bytes of an Ed25519 private key (RFC 8410). */
const pkcs8 = Buffer.from("302e020100300506032b657004220420", "hex");

/** The Ed25519 key of an invented transmitter, the same one for the same text: its tokens need no key file. */
export function signingKey(text: string): KeyObject {
  const seed = createHash("sha256").update(text).digest();
  return createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: "der", type: "pkcs8" });
}

/** The JWK Set that holds the public half, in one line, with the text as the key's id. */
export function jwkSet(text: string): string {
  const { kty, crv, x } = createPublicKey(signingKey(text)).export({ format: "jwk" });
  return JSON.stringify({ keys: [{ kid: text, use: "sig", alg: "EdDSA", kty, crv, x }] });
}
