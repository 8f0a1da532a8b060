import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import type { Kind } from "../lifecycle/event.ts";
import { readForm } from "./body.ts";
import { checked, type Element, sortInto } from "./element.ts";
import { hashOf } from "./event-id.ts";
import { kindOf } from "./kind.ts";
import { verifyToken } from "./signature.ts";
import {
  type Normalized,
  type Reply,
  type Source,
  type SourceOptions,
  sourceOptions,
  type WebhookRequest,
} from "./source.ts";

/** What `sources.rippling` in the configuration says. */
const ripplingOptionsSchema = z.strictObject(sourceOptions(["joiner", "mover", "leaver", "reinstate"]));

// Rippling's `created` and `deleted` are about the app: somebody was given it, or lost it.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["employee.hired", "changed"],
  ["employee.created", "changed"],
  ["employee.updated", "changed"],
  ["employee.deleted", "leaver"],
  ["employee.terminated", "leaver"],
]);

/**
 * Rippling's partner webhooks: forms with a static `Authorization` header, which is all that proves who calls. Nothing is
 * signed and no time is given: whoever learns the header can name anybody at any time, and a replay is an event of its own.
 */
export const rippling = {
  name: "rippling",
  options: ripplingOptionsSchema,
  contentTypes: ["application/x-www-form-urlencoded"],
  signsTime: false,

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyToken("authorization", request, secrets);
  },

  normalize(request: WebhookRequest, options: SourceOptions): Normalized {
    const form = readForm(request.body);
    const type = form.get("event_name");
    if (!type) throw new Rejected(400, "event_name: missing");
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, readEvent(type, form, request.receivedAt, options), { type, id: undefined });
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<SourceOptions>;

function readEvent(type: string, form: URLSearchParams, arrival: Date, options: SourceOptions): Element {
  const kind = kindOf(type, defaults, options.kinds);
  if (kind === undefined) return "ignored";
  const id = form.get("id");
  if (!id) return { problem: "id: missing" };
  const receivedAt = arrival.toISOString();
  return checked({
    id: `rippling:${hashOf([type, form.get("company_id"), id, receivedAt])}`,
    source: "rippling",
    kind,
    attempt: 0,
    occurredAt: receivedAt,
    receivedAt,
    person: { externalId: id },
  });
}
