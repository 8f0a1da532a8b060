import * as z from "zod/mini";
import type { Rejected } from "../errors.ts";
import { sortInto } from "./element.ts";
import { readClaims, readSecurityEvent } from "./sharedsignals-event.ts";
import { SetRejected, verifySet } from "./sharedsignals-token.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";

/** What `sources.sharedsignals` in the configuration says. */
const sharedsignalsOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  /** The transmitter, as `iss` of its tokens says: providers of many tenants sign for all of them with the same keys. */
  issuer: z.string().check(z.minLength(1)),
  /** Who this is to the transmitter, as `aud` of its tokens says. */
  audience: z.string().check(z.minLength(1)),
});
export type SharedsignalsOptions = z.infer<typeof sharedsignalsOptionsSchema>;

/** Security Event Tokens (RFC 8417), pushed (RFC 8935): RISC, CAEP and SCIM events of a Shared Signals transmitter. */
export const sharedsignals = {
  name: "sharedsignals",
  options: sharedsignalsOptionsSchema,
  contentTypes: ["application/secevent+jwt"],
  signsTime: false,

  /** Secrets are JWK Sets, each in one line, or `https` addresses where the transmitter publishes one. */
  verify(request: WebhookRequest, secrets: readonly string[], options: SharedsignalsOptions): Promise<Buffer> {
    return verifySet(request, secrets, options);
  },

  normalize(request: WebhookRequest, options: SharedsignalsOptions): Normalized {
    const claims = readClaims(request.body);
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    for (const type of Object.keys(claims.events)) {
      sortInto(normalized, readSecurityEvent(type, claims, request.receivedAt, options), { type, id: claims.jti });
    }
    return normalized;
  },

  accepted(): Reply {
    return { status: 202 };
  },

  /**
   * RFC 8935, 2.3: a token that is not taken is answered 400, one whose signature does not match too, with a code for the
   * transmitter and a text for people. What is wrong with the request around it keeps its status.
   */
  rejected(error: Rejected): Reply | undefined {
    if (error.status === 404 || error.status === 405) return undefined;
    const err = error instanceof SetRejected ? error.err : "invalid_request";
    const headers = { "content-type": "application/json", "content-language": "en" };
    return {
      status: error.status === 401 ? 400 : error.status,
      headers,
      body: JSON.stringify({ err, description: error.message }),
    };
  },
} satisfies Source<SharedsignalsOptions>;
