import * as z from "zod/mini";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { readJson } from "./body.ts";
import { checked, type Element } from "./element.ts";
import { kindOf } from "./kind.ts";
import { readScimUser } from "./sharedsignals-scim.ts";
import { readSubject } from "./sharedsignals-subject.ts";
import { SetRejected } from "./sharedsignals-token.ts";
import type { SourceOptions } from "./source.ts";

/** Epoch seconds, possibly with a fraction. */
const numericDate = z.number().check(z.gte(0), z.lte(99_999_999_999));
const claimsSchema = z.object({
  jti: z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/)),
  iat: numericDate,
  /** When it happened (RFC 8417). */
  toe: z.catch(z.optional(numericDate), undefined),
  sub: z.catch(z.optional(z.string()), undefined),
  sub_id: z.optional(z.unknown()),
  events: z
    .record(z.string(), z.looseObject({}))
    .check(z.refine((events) => Object.keys(events).length > 0, { params: { problem: "empty" } })),
});
export type Claims = z.infer<typeof claimsSchema>;

/** Reads the claims of a token that has been verified. @throws SetRejected 400 */
export function readClaims(body: Buffer): Claims {
  const result = claimsSchema.safeParse(readJson(body));
  if (result.success) return result.data;
  throw new SetRejected(400, "invalid_request", describeIssues(result.error));
}

const risc = "https://schemas.openid.net/secevent/risc/event-type/";
const caep = "https://schemas.openid.net/secevent/caep/event-type/";
const scim = "urn:ietf:params:scim:event:prov:";
const streamUpdated = "https://schemas.openid.net/secevent/ssf/event-type/stream-updated";

// A session is revoked for many reasons, most of which end no employment: it is only a hint. That a resource comes into
// the feed or leaves it (`feed:add`, `feed:remove`) says which news of it will come, and nothing of the person.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  [`${risc}account-disabled`, "leaver"],
  [`${risc}account-purged`, "leaver"],
  [`${risc}account-enabled`, "reinstate"],
  [`${caep}session-revoked`, "changed"],
  [`${scim}create:full`, "joiner"],
  [`${scim}create:notice`, "joiner"],
  [`${scim}put:full`, "mover"],
  [`${scim}put:notice`, "changed"],
  [`${scim}patch:full`, "mover"],
  [`${scim}patch:notice`, "changed"],
  [`${scim}activate`, "reinstate"],
  [`${scim}deactivate`, "leaver"],
  [`${scim}delete`, "leaver"],
]);

/** Turns one of a token's events into a lifecycle event. Resources that are no users are ignored, as are other types. */
export function readSecurityEvent(type: string, claims: Claims, receivedAt: Date, options: SourceOptions): Element {
  const payload = claims.events[type] ?? {};
  if (type === streamUpdated) return readStreamStatus(payload);
  const kind = kindOf(type, defaults, options.kinds);
  // An account that was taken over is locked until its owner has it back.
  const isHijacked = type === `${risc}account-disabled` && payload.reason === "hijacking";
  const subject = readSubject(claims.sub_id ?? payload.subject ?? { sub: claims.sub });
  if (kind === undefined || isHijacked || subject === "not a user") return "ignored";
  const user = readScimUser(payload.data);
  if ("problem" in user) return user;
  const refined = refine(kind, user.active, type);
  if (refined === "ignored") return "ignored";
  return checked({
    id: `sharedsignals:${idOf(type, claims)}`,
    source: "sharedsignals",
    kind: refined,
    attempt: 0,
    occurredAt: occurredAt(claims, payload.event_timestamp),
    receivedAt: receivedAt.toISOString(),
    person: { ...user.person, ...subject },
  });
}

/** While a stream is paused or disabled nothing comes, which nobody would notice otherwise. */
function readStreamStatus({ status }: Record<string, unknown>): Element {
  return status === "enabled" ? "ignored" : { problem: "status: the transmitter has stopped the stream" };
}

/** Whether somebody is active may come as one attribute among others. */
function refine(kind: Kind, active: boolean | undefined, type: string): Kind | "ignored" {
  if (active === false && kind === "joiner") return "ignored";
  if (active === false && kind === "mover") return "leaver";
  return active === true && type === `${scim}patch:full` && kind === "mover" ? "reinstate" : kind;
}

/** The token's own id; where it carries several events about one occurrence, with the place of each. */
function idOf(type: string, { jti, events }: Claims): string {
  const types = Object.keys(events);
  return types.length === 1 ? jti : `${jti}:${types.indexOf(type)}`;
}

// CAEP counts in seconds and older transmitters in milliseconds. What comes out later than the token is believed to be
// neither: nothing is told of before it happened.
function occurredAt({ iat, toe }: Claims, eventTimestamp: unknown): string {
  const at = toe ?? numericDate.safeParse(eventTimestamp).data ?? iat;
  return new Date(Math.min(at, iat) * 1000).toISOString();
}
