import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import type { Kind } from "../lifecycle/event.ts";
import { hibobApi, readable } from "./api-options.ts";
import { readJson } from "./body.ts";
import { checked, type Element, sortInto } from "./element.ts";
import { hashOf, providerIdSchema } from "./event-id.ts";
import { kindOf } from "./kind.ts";
import { type HmacScheme, verifyHmac } from "./signature.ts";
import {
  type Normalized,
  type Reply,
  type Source,
  type SourceOptions,
  sourceOptions,
  type WebhookRequest,
} from "./source.ts";
import { looseUtcSchema } from "./utc.ts";

const scheme: HmacScheme = {
  signature: { header: "bob-signature" },
  signed: ["body"],
  digest: "sha512",
  encoding: "base64",
  key: "utf8",
};

/** What `sources.hibob` in the configuration says. */
const hibobOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(hibobApi),
});

// The events of the lifecycle table come on the day on which its entry takes effect, so none of them is early. Leave is
// no end, and what `inactivated` means shows in the person's record.
const defaults: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["employee.created", "changed"],
  ["employee.updated", "changed"],
  ["employee.joined", "changed"],
  ["employee.activated", "changed"],
  ["employee.inactivated", "changed"],
  ["table.entry.created", "changed"],
  ["table.entry.updated", "changed"],
  ["employee.left", "leaver"],
  ["employee.deleted", "leaver"],
]);

const pingPattern = /^("?Ping test"?|\{\s*"text"\s*:\s*"Ping test"\s*\})$/;
const headSchema = z.object({ type: z.string() });
const eventSchema = z.object({
  companyId: z.nullish(providerIdSchema),
  triggeredAt: looseUtcSchema,
  data: z.object({ employeeId: providerIdSchema }),
});

/** HiBob webhooks, version 2: signed without a time, thin. */
export const hibob = {
  name: "hibob",
  options: hibobOptionsSchema,
  contentTypes: ["application/json"],
  signsTime: false,

  /** The "Ping test" with which Bob tries a new webhook. It says nothing of anybody, and may come before its secret is known. */
  handshake(request: WebhookRequest): Reply | undefined {
    const isPing = request.method === "POST" && pingPattern.test(request.body.subarray(0, 100).toString().trim());
    return isPing ? { status: 200 } : undefined;
  },

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyHmac(scheme, request, secrets);
  },

  normalize(request: WebhookRequest, options: SourceOptions): Normalized {
    const body = readJson(request.body);
    const head = headSchema.safeParse(body);
    if (!head.success) throw new Rejected(400, describeIssues(head.error));
    const { type } = head.data;
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, readEvent(type, body, request.receivedAt, options), { type, id: undefined });
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<SourceOptions>;

function readEvent(type: string, body: unknown, receivedAt: Date, options: SourceOptions): Element {
  const kind = kindOf(type, defaults, options.kinds);
  if (kind === undefined) return "ignored";
  const event = eventSchema.safeParse(body);
  if (!event.success) return { problem: describeIssues(event.error) };
  const { companyId, triggeredAt, data } = event.data;
  // The time comes without a zone and is taken for UTC, which nothing documents: it must not lie in the future for that.
  const occurredAt = new Date(Math.min(Date.parse(triggeredAt), receivedAt.getTime())).toISOString();
  return checked({
    id: `hibob:${hashOf([companyId, type, data.employeeId, triggeredAt])}`,
    source: "hibob",
    kind,
    attempt: 0,
    occurredAt,
    receivedAt: receivedAt.toISOString(),
    person: { externalId: data.employeeId },
  });
}
