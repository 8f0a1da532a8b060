import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { finchApi, readable } from "./api-options.ts";
import { readJson } from "./body.ts";
import { checked, type Element, sortInto } from "./element.ts";
import { kindOf } from "./kind.ts";
import { type HmacScheme, verifyHmac } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";

/** Standard Webhooks under Finch's own header names; its secrets are base64 without a prefix. */
const scheme: HmacScheme = {
  id: { header: "finch-event-id" },
  timestamp: { header: "finch-timestamp", window: { unit: "s", toleranceMs: 5 * 60_000 } },
  signature: { header: "finch-signature", separator: " ", prefix: "v1," },
  signed: ["id", ".", "timestamp", ".", "body"],
  digest: "sha256",
  encoding: "base64",
  key: "base64",
};

/** What `sources.finch` in the configuration says. */
const finchOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(finchApi),
});
export type FinchOptions = z.infer<typeof finchOptionsSchema>;

// A new hire is told by all three resources, and that somebody's employment ended is an `employment.updated`.
const defaults: ReadonlyMap<string, Kind> = new Map(
  ["directory", "individual", "employment"].flatMap((resource): [string, Kind][] => [
    [`${resource}.created`, "changed"],
    [`${resource}.updated`, "changed"],
    [`${resource}.deleted`, "leaver"],
  ]),
);

const headSchema = z.object({ event_type: z.string() });
const eventSchema = z.object({
  headers: z.object({
    "finch-event-id": z.string().check(z.regex(/^[\x21-\x7e]{1,256}$/)),
    /** Epoch seconds, when it was sent; the body has no time of its own. */
    "finch-timestamp": z.string().check(z.regex(/^[0-9]{1,11}$/)),
  }),
  body: z.object({ data: z.object({ individual_id: z.string() }) }),
});

/** Finch webhooks: what changed in an HR system that Finch reads. They name people by id only. */
export const finch = {
  name: "finch",
  options: finchOptionsSchema,
  contentTypes: ["application/json"],
  signsTime: true,
  base64Key: { prefix: "" },

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyHmac(scheme, request, secrets);
  },

  normalize(request: WebhookRequest, options: FinchOptions): Normalized {
    const body = readJson(request.body);
    const head = headSchema.safeParse(body);
    if (!head.success) throw new Rejected(400, describeIssues(head.error));
    const { event_type: type } = head.data;
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, readEvent(type, body, request, options), { type, id: request.headers["finch-event-id"] });
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<FinchOptions>;

function readEvent(
  type: string,
  body: unknown,
  { headers, receivedAt }: WebhookRequest,
  options: FinchOptions,
): Element {
  const kind = kindOf(type, defaults, options.kinds);
  if (kind === undefined) return "ignored";
  const event = eventSchema.safeParse({ headers, body });
  if (!event.success) return { problem: describeIssues(event.error) };
  const { "finch-event-id": id, "finch-timestamp": sentAt } = event.data.headers;
  return checked({
    id: `finch:${id}`,
    source: "finch",
    kind,
    attempt: 0,
    occurredAt: new Date(Number(sentAt) * 1000).toISOString(),
    receivedAt: receivedAt.toISOString(),
    person: { externalId: event.data.body.data.individual_id },
  });
}
