import { constants, publicEncrypt } from "node:crypto";
import * as z from "zod/mini";
import { readJson } from "./body.ts";
import type { WebhookRequest } from "./source.ts";

// Gusto's tokens are UUIDs; RSA-OAEP with a key of 2048 bits takes 190 bytes.
const verificationSchema = z.object({ verification_token: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/)) });

/**
 * Encrypts the verification token that Gusto posts when a subscription is made. Whoever holds the private key passes it
 * on in `PUT /v1/webhook_subscriptions/{uuid}/verify` and puts it into the source's secret, since it is also the key of
 * all later signatures. It proves nothing by itself: anyone can post here, and only Gusto knows which token is right.
 * @param publicKey RSA, PEM
 * @returns RSA-OAEP with SHA-256, base64, what `openssl pkeyutl -decrypt` undoes; `undefined` where the body is something else
 * @throws Rejected 400 when it is not JSON
 */
export function sealVerificationToken(request: WebhookRequest, publicKey: string): string | undefined {
  if (request.headers["x-gusto-signature"] !== undefined) return undefined;
  const result = verificationSchema.safeParse(readJson(request.body));
  if (!result.success) return undefined;
  const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
  return publicEncrypt({ key: publicKey, ...padding }, Buffer.from(result.data.verification_token)).toString("base64");
}
