import { createHash, createHmac, randomUUID } from "node:crypto";

/** A request as a sender makes it, to be put behind whatever address the endpoint has. */
export interface SignedRequest {
  path: string;
  headers: Record<string, string>;
  body: string;
}

export interface StandardEvent {
  /** Such as `person.joined`. */
  type: string;
  data: Record<string, unknown>;
  /** `whsec_` and base64. */
  secret: string;
  /** The webhook's id; a new one unless given. */
  id?: string;
  /** When it happened, ISO 8601; now unless given. */
  timestamp?: string;
  /** When it is sent, which the signature's age counts from. */
  now?: Date;
}

/** Makes a signed Standard Webhooks request. */
export function standardRequest({ type, data, secret, id, timestamp, now = new Date() }: StandardEvent): SignedRequest {
  const body = JSON.stringify({ type, timestamp: timestamp ?? now.toISOString(), data });
  const signature = signStandard(body, secret, { ...(id !== undefined && { id }), timestamp: epochSeconds(now) });
  return { path: "/webhooks/standard", headers: { "content-type": "application/json", ...signature }, body };
}

/**
 * The three headers that sign a body by Standard Webhooks `v1`.
 * @param options.timestamp epoch seconds, now unless given
 */
export function signStandard(
  body: string | Buffer,
  secret: string,
  { id = `msg_${randomUUID()}`, timestamp = epochSeconds(new Date()) }: { id?: string; timestamp?: number } = {},
): Record<"webhook-id" | "webhook-timestamp" | "webhook-signature", string> {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signature = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  return { "webhook-id": id, "webhook-timestamp": String(timestamp), "webhook-signature": `v1,${signature}` };
}

function epochSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}

export interface OktaLogEvent {
  /** Such as `user.lifecycle.deactivate`. */
  eventType: string;
  email: string;
  name?: string;
  /** The person's id at Okta; derived from the email unless given, so that one person keeps one id. */
  externalId?: string;
  uuid?: string;
  /** When it happened, ISO 8601; now unless given. */
  published?: string;
  /** The app (`0oa...`) of an `application.user_membership` event. */
  targetApp?: string;
  /** The group (`00g...`) of a `group.user_membership` event. */
  targetGroup?: string;
}

/** Makes an event hook request with one event and the shared secret in `authorization`. */
export function oktaRequest({ secret, ...event }: OktaLogEvent & { secret: string }): SignedRequest {
  return {
    path: "/webhooks/okta",
    headers: { "content-type": "application/json", accept: "application/json", authorization: secret },
    body: JSON.stringify(oktaHook(event)),
  };
}

/** The envelope in which Okta delivers these events. */
export function oktaHook(...events: OktaLogEvent[]) {
  return {
    eventType: "com.okta.event_hook",
    eventTypeVersion: "1.0",
    cloudEventsVersion: "0.1",
    source: "https://example.okta.example.com/api/v1/eventHooks/who1exampleHook",
    eventId: randomUUID(),
    data: { events: events.map(oktaLogEvent) },
    eventTime: new Date().toISOString(),
    contentType: "application/json",
  };
}

function oktaLogEvent(event: OktaLogEvent) {
  return {
    uuid: event.uuid ?? randomUUID(),
    published: event.published ?? new Date().toISOString(),
    eventType: event.eventType,
    version: "0",
    displayMessage: event.eventType,
    severity: "INFO",
    client: { userAgent: null, zone: "null", device: "Unknown", id: null, ipAddress: "192.0.2.10", ipChain: [] },
    actor: entity("User", "00u1exampleAdmin", "admin@example.com", "Ada Admin"),
    outcome: { result: "SUCCESS", reason: null },
    target: targets(event),
    transaction: { type: "WEB", id: "exampleTransaction", detail: {} },
    debugContext: { debugData: { requestUri: "/api/v1/users", threatSuspected: "false" } },
    authenticationContext: { authenticationStep: 0, externalSessionId: "exampleSession" },
    securityContext: null,
    insertionTimestamp: null,
  };
}

function targets({ email, name = "unknown", externalId = oktaId("00u", email), targetApp, targetGroup }: OktaLogEvent) {
  const user = entity("User", externalId, email, name);
  if (targetGroup !== undefined) return [user, entity("UserGroup", targetGroup, "unknown", "Example group")];
  if (targetApp === undefined) return [user];
  const appUser = entity("AppUser", oktaId("0ua", email), email, name);
  return [appUser, entity("AppInstance", targetApp, "Example app", "Example app"), user];
}

function entity(type: string, id: string, alternateId: string, displayName: string) {
  return { id, type, alternateId, displayName, detailEntry: null };
}

function oktaId(prefix: string, email: string): string {
  return prefix + createHash("sha256").update(email.trim().toLowerCase()).digest("hex").slice(0, 17);
}
