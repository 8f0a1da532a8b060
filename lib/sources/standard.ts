import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind, LifecycleEvent } from "../lifecycle/event.ts";
import { readJson } from "./body.ts";
import { type CloudEvent, readCloudEvent } from "./cloudevents.ts";
import { kindOf } from "./kind.ts";
import { label } from "./label.ts";
import { ed25519Matches, type HmacScheme, hmacMatches, type SignatureScheme } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";
import { standardContentSchema, standardTypes } from "./standard-event.ts";

const toleranceMs = 5 * 60_000;

const signed = {
  id: { header: "webhook-id" },
  timestamp: { header: "webhook-timestamp", window: { unit: "s", toleranceMs } },
  signed: ["id", ".", "timestamp", ".", "body"],
} as const;
const signatures = { header: "webhook-signature", separator: " " };
const v1: HmacScheme = {
  ...signed,
  signature: { ...signatures, prefix: "v1," },
  digest: "sha256",
  encoding: "base64",
  key: "base64",
  keyPrefix: "whsec_",
};
const v1a: SignatureScheme = { ...signed, signature: { ...signatures, prefix: "v1a," } };

/** What `sources.standard` in the configuration says. */
const standardOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate", "invitation.resend", "password.reset"]),
  /**
   * Whether a CloudEvent in binary mode may carry only `data` in its body. Its type and time are then headers, which no
   * signature covers: whoever can change them on the way turns a joiner into a leaver.
   */
  unsignedType: z._default(z.boolean(), false),
});
export type StandardOptions = z.infer<typeof standardOptionsSchema>;

const defaults: ReadonlyMap<string, Kind> = new Map(Object.entries(standardTypes));
const headSchema = z.object({ type: z.string() });
const wholeEventSchema = z.object({ type: z.string(), data: z.looseObject({}) });

/** Standard Webhooks 1.0: for every sender that can choose its format. A CloudEvents envelope around it is taken off. */
export const standard = {
  name: "standard",
  options: standardOptionsSchema,
  contentTypes: ["application/json", "application/cloudevents+json"],
  base64Key: { prefix: "whsec_" },
  signsTime: true,

  /** Secrets are `whsec_` keys of HMAC-SHA256 and `whpk_` public keys of Ed25519. */
  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    const matches = [hmacMatches(v1, request, secrets), ed25519Matches(v1a, request, secrets)];
    if (!matches.includes(true)) throw new Rejected(401, "signature does not match");
    return request.body;
  },

  normalize(request: WebhookRequest, options: StandardOptions): Normalized {
    const cloudEvent = readCloudEvent(request);
    const content = cloudEvent ? unwrap(cloudEvent, options) : readJson(request.body);
    const head = headSchema.safeParse(content);
    if (!head.success) throw new Rejected(400, describeIssues(head.error));
    const kind = kindOf(head.data.type, defaults, options.kinds);
    if (kind === undefined) return { events: [], ignored: [label(head.data.type)], bad: [] };
    const id = cloudEvent?.key ?? webhookId(request);
    // Whoever leaves by being suspended has a last day too, and it ends at the same time.
    const isLastDay = defaults.get(head.data.type) === "leaver" && kind === "suspend";
    const event = eventOf(`standard:${id}`, kind, content, request.receivedAt);
    return { events: [isLastDay ? afterThatDay(event) : event], ignored: [], bad: [] };
  },

  accepted(events: readonly LifecycleEvent[]): Reply {
    const body = JSON.stringify({ accepted: events.map(({ id }) => id) });
    return { status: 202, headers: { "content-type": "application/json" }, body };
  },
} satisfies Source<StandardOptions>;

function eventOf(id: string, kind: Kind, content: unknown, receivedAt: Date): LifecycleEvent {
  const result = standardContentSchema.safeParse(content);
  if (!result.success) throw new Rejected(400, describeIssues(result.error));
  const { timestamp, data } = result.data;
  // A time that has not come would make everything that happens until then stale, a leaver too.
  if (Date.parse(timestamp) > receivedAt.getTime() + toleranceMs) {
    throw new Rejected(400, "timestamp: in the future; what shall take effect later says so in data.effectiveAt");
  }
  const { effectiveAt, ...person } = data;
  return {
    id,
    source: "standard",
    kind,
    attempt: 0,
    occurredAt: timestamp,
    receivedAt: receivedAt.toISOString(),
    ...(effectiveAt !== undefined && (isDay(effectiveAt) ? { effectiveOn: effectiveAt } : { effectiveAt })),
    person,
  };
}

function afterThatDay({ effectiveOn, ...event }: LifecycleEvent): LifecycleEvent {
  if (effectiveOn === undefined) return event;
  const next = new Date(Date.parse(effectiveOn) + 86_400_000);
  return { ...event, effectiveOn: next.toISOString().slice(0, 10) };
}

function isDay(when: string): boolean {
  return !when.includes("T");
}

/** The data is our whole event, or only its `data`, with the type and the time of the envelope. */
function unwrap({ mode, type, time, data }: CloudEvent, options: StandardOptions): unknown {
  if (wholeEventSchema.safeParse(data).success) return data;
  if (mode === "binary" && !options.unsignedType) {
    throw new Rejected(400, "type: not signed; in binary mode the body has to be the whole event");
  }
  return { type, timestamp: time, data };
}

function webhookId(request: WebhookRequest): string {
  const id = request.headers["webhook-id"] ?? "";
  if (!/^[\x21-\x7e]{1,256}$/.test(id)) throw new Rejected(400, "webhook-id: malformed");
  return id;
}
