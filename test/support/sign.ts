import { type KeyObject, sign } from "node:crypto";
import type { WebhookRequest } from "../../lib/sources/source.ts";
import type { SignedRequest } from "../../local/signed-requests.ts";

export { oktaHook, signStandard } from "../../local/signed-requests.ts";

/** A `POST` as a source gets it. */
export function webhook(
  request: Pick<SignedRequest, "headers"> & { body: string | Buffer },
  receivedAt: Date = new Date(),
): WebhookRequest {
  return { method: "POST", headers: request.headers, query: {}, body: Buffer.from(request.body), receivedAt };
}

/** The signature of a body by Standard Webhooks `v1a`, to be put in `webhook-signature`. */
export function signV1a(body: string, key: KeyObject, id: string, timestamp: number): string {
  return `v1a,${sign(null, Buffer.from(`${id}.${timestamp}.${body}`), key).toString("base64")}`;
}
