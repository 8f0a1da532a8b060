import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { oktaApi, readable } from "./api-options.ts";
import { readJson } from "./body.ts";
import { type Element, sortInto } from "./element.ts";
import { kindOf } from "./kind.ts";
import { readOktaEvent } from "./okta-event.ts";
import { verifyToken } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";

const ids = z._default(z.array(z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/))).check(z.maxLength(100)), []);

/** What `sources.okta` in the configuration says. */
const oktaOptionsSchema = z
  .strictObject({
    ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
    ...readable(oktaApi),
    /** Whether everybody in Okta shall be at Arize, so that activating an account is a joiner. */
    everyone: z._default(z.boolean(), false),
    /** Ids (`0oa...`) of the apps that stand for access to Arize; at most 100. */
    apps: ids,
    /** Ids (`00g...`) of the groups that do; at most 100. */
    groups: ids,
    /**
     * Whether somebody counts as absent from one of these that no event ever spoke of. Without it, their removal from
     * another one is held: they may have been in it since before this system was there.
     */
    assumeAbsent: z._default(z.boolean(), false),
    /** The header that carries the shared secret. */
    header: z._default(z.string().check(z.toLowerCase(), z.regex(/^[a-z0-9-]+$/)), "authorization"),
  })
  .check(
    // Without any, everybody who is looked up would count as somebody without access.
    z.refine(({ api, everyone, apps, groups }) => !api || everyone || apps.length + groups.length > 0, {
      path: ["api"],
      params: { problem: "needs apps, groups or everyone: they say who should have access" },
    }),
  );
export type OktaOptions = z.infer<typeof oktaOptionsSchema>;

// Suspending is no leaver unless `kinds` says so: it is meant to be taken back, and a deletion at Arize cannot be.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["application.user_membership.add", "joiner"],
  ["application.user_membership.remove", "leaver"],
  ["group.user_membership.add", "joiner"],
  ["group.user_membership.remove", "leaver"],
  ["user.account.update_profile", "mover"],
  ["user.lifecycle.deactivate", "leaver"],
  ["user.lifecycle.delete.initiated", "leaver"],
]);
const defaultsForEveryone: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...defaults,
  ["user.lifecycle.activate", "joiner"],
  ["user.lifecycle.reactivate", "joiner"],
]);

const envelopeSchema = z.object({ data: z.object({ events: z.array(z.unknown()) }) });
const headSchema = z.object({
  uuid: z.catch(z.optional(z.string()), undefined),
  eventType: z.catch(z.optional(z.string()), undefined),
});

/** Okta Event Hooks: a shared secret in a header, System Log events in batches, no second delivery after a 4xx. */
export const okta = {
  name: "okta",
  options: oktaOptionsSchema,
  contentTypes: ["application/json"],
  signsTime: false,

  /** The one GET with which Okta asks whether the endpoint is ours. Anyone may send it: what is echoed is bounded. */
  handshake(request: WebhookRequest): Reply | undefined {
    const challenge = request.headers["x-okta-verification-challenge"];
    if (request.method !== "GET" || !challenge || !/^[\x20-\x7e]{1,1024}$/.test(challenge)) return undefined;
    const headers = { "content-type": "application/json", "x-content-type-options": "nosniff" };
    return { status: 200, headers, body: JSON.stringify({ verification: challenge }) };
  },

  verify(request: WebhookRequest, secrets: readonly string[], options: OktaOptions): Buffer {
    return verifyToken(options.header, request, secrets);
  },

  normalize(request: WebhookRequest, options: OktaOptions): Normalized {
    const envelope = envelopeSchema.safeParse(readJson(request.body));
    if (!envelope.success) throw new Rejected(400, describeIssues(envelope.error));
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    for (const element of envelope.data.data.events) readInto(normalized, element, request.receivedAt, options);
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<OktaOptions>;

function readInto(normalized: Normalized, element: unknown, receivedAt: Date, options: OktaOptions): void {
  const { uuid: id, eventType: type } = headSchema.safeParse(element).data ?? {};
  sortInto(normalized, readElement(type, element, receivedAt, options), { type: type ?? "", id });
}

function readElement(type: string | undefined, element: unknown, receivedAt: Date, options: OktaOptions): Element {
  if (type === undefined) return { problem: "eventType: expected string" };
  const kind = kindOf(type, options.everyone ? defaultsForEveryone : defaults, options.kinds);
  return kind === undefined ? "ignored" : readOktaEvent(element, kind, receivedAt, options);
}
