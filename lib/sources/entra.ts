import * as z from "zod/mini";
import { entraApi, readable } from "./api-options.ts";
import { sortInto } from "./element.ts";
import { provenElements, readElements } from "./entra-delivery.ts";
import { readEntraElement } from "./entra-notification.ts";
import { tokenMatches } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";

/** What `sources.entra` in the configuration says. */
const entraOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(entraApi),
  /**
   * A header that may carry the secret instead of each `clientState`: with Event Grid a static delivery property, marked
   * as secret. Its other way, a token in the URL, is not offered: URLs end up in more places than headers do.
   */
  header: z._default(z.string().check(z.toLowerCase(), z.regex(/^[a-z0-9-]+$/)), "x-webhook-secret"),
});
export type EntraOptions = z.infer<typeof entraOptionsSchema>;

/**
 * Microsoft Entra ID: Graph change notifications for `/users`, sent by Graph itself or as CloudEvents by Event Grid. They
 * are neither signed nor say what changed, so each is a hint to look the person up.
 */
export const entra = {
  name: "entra",
  options: entraOptionsSchema,
  contentTypes: ["application/json", "application/cloudevents+json", "application/cloudevents-batch+json"],
  signsTime: false,

  handshake(request: WebhookRequest): Reply | undefined {
    return echoToGraph(request) ?? allowEventGrid(request);
  },

  verify(request: WebhookRequest, secrets: readonly string[], options: EntraOptions): Buffer {
    const token = request.headers[options.header];
    return token && tokenMatches(token, secrets) ? request.body : provenElements(request, secrets);
  },

  normalize(request: WebhookRequest, options: EntraOptions): Normalized {
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    for (const element of readElements(request)) {
      const { read, type } = readEntraElement(element, request.receivedAt, options);
      sortInto(normalized, read, { type, id: undefined });
    }
    return normalized;
  },

  /** Graph takes 202 for "kept, not yet worked on", of lifecycle notifications too. */
  accepted(): Reply {
    return { status: 202 };
  },
} satisfies Source<EntraOptions>;

/** When a subscription is made or renewed, Graph wants its token back as plain text. Anyone may ask: it is bounded. */
function echoToGraph({ method, query, body }: WebhookRequest): Reply | undefined {
  const token = query.validationToken ?? "";
  if (method !== "POST" || body.length > 0 || !/^[\x20-\x7e]{1,2048}$/.test(token)) return undefined;
  const headers = { "content-type": "text/plain", "x-content-type-options": "nosniff" };
  return { status: 200, headers, body: token };
}

/** The CloudEvents consent to deliveries (HTTP 1.1 Web Hooks, section 4). Azure's other clouds by analogy. */
function allowEventGrid({ method, headers }: WebhookRequest): Reply | undefined {
  const origin = headers["webhook-request-origin"] ?? "";
  if (method !== "OPTIONS" || !/^eventgrid\.azure\.(net|us|cn)$/.test(origin)) return undefined;
  return { status: 200, headers: { allow: "POST", "webhook-allowed-origin": origin, "webhook-allowed-rate": "*" } };
}
