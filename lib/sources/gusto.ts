import { createPublicKey } from "node:crypto";
import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { gustoApi, readable } from "./api-options.ts";
import { readJson } from "./body.ts";
import { checked, type Element, sortInto } from "./element.ts";
import { sealVerificationToken } from "./gusto-enrolment.ts";
import { kindOf } from "./kind.ts";
import { type HmacScheme, verifyHmac } from "./signature.ts";
import {
  type Handshake,
  type Normalized,
  type Reply,
  type Source,
  sourceOptions,
  type WebhookRequest,
} from "./source.ts";

const scheme: HmacScheme = {
  signature: { header: "x-gusto-signature" },
  signed: ["body"],
  digest: "sha256",
  encoding: "hex",
  key: "utf8",
};

/** What `sources.gusto` in the configuration says. */
const gustoOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(gustoApi),
  /**
   * Set only while a subscription is verified: an RSA public key (PEM, 2048 bits or more) of the operator's. Gusto then
   * posts the subscription's verification token, unsigned, and the token is logged encrypted to this key.
   */
  enrolling: z.optional(
    z.string().check(z.refine(isPublicKey, { params: { problem: "expected an RSA public key of 2048 bits or more" } })),
  ),
});
export type GustoOptions = z.infer<typeof gustoOptionsSchema>;

// `terminated` and `rehired` say that it was entered, for a day that may be months ahead; what takes effect has events
// of its own. Gusto's guide calls one of them `terminated_effective`, its changelog `termination_effective`.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["employee.created", "changed"],
  ["employee.onboarded", "changed"],
  ["employee.updated", "changed"],
  ["employee.terminated_effective", "leaver"],
  ["employee.termination_effective", "leaver"],
  ["employee.deleted", "leaver"],
  ["employee.rehire_effective", "reinstate"],
]);

const headSchema = z.object({ event_type: z.string(), uuid: z.catch(z.optional(z.string()), undefined) });
const eventSchema = z.object({
  uuid: z.string().check(z.regex(/^[\x21-\x7e]{1,128}$/)),
  /** Who it is about; the resource beside it is always the company. */
  entity_uuid: z.string(),
  /** Epoch seconds; 11 digits reach to the year 5138. */
  timestamp: z.int().check(z.gte(0), z.lte(99_999_999_999)),
});

/** Gusto webhooks: HMAC-SHA256 of the body, keyed with the subscription's verification token. They name people by id only. */
export const gusto = {
  name: "gusto",
  options: gustoOptionsSchema,
  contentTypes: ["application/json"],
  signsTime: false,

  /** The unsigned POST with which a subscription begins; at all other times it is a POST without a signature. */
  handshake(request: WebhookRequest, options: GustoOptions): Handshake | undefined {
    if (options.enrolling === undefined || request.method !== "POST") return undefined;
    const sealed = sealVerificationToken(request, options.enrolling);
    return sealed === undefined ? undefined : { status: 200, sealed };
  },

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyHmac(scheme, request, secrets);
  },

  normalize(request: WebhookRequest, options: GustoOptions): Normalized {
    const body = readJson(request.body);
    const head = headSchema.safeParse(body);
    if (!head.success) throw new Rejected(400, describeIssues(head.error));
    const { event_type: type, uuid: id } = head.data;
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, readEvent(type, body, request.receivedAt, options), { type, id });
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<GustoOptions>;

function readEvent(type: string, body: unknown, receivedAt: Date, options: GustoOptions): Element {
  const kind = kindOf(type, defaults, options.kinds);
  if (kind === undefined) return "ignored";
  const event = eventSchema.safeParse(body);
  if (!event.success) return { problem: describeIssues(event.error) };
  const { uuid, entity_uuid: externalId, timestamp } = event.data;
  return checked({
    id: `gusto:${uuid}`,
    source: "gusto",
    kind,
    attempt: 0,
    occurredAt: new Date(timestamp * 1000).toISOString(),
    receivedAt: receivedAt.toISOString(),
    person: { externalId },
  });
}

function isPublicKey(pem: string): boolean {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}
