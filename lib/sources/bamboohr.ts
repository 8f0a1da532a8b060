import * as z from "zod/mini";
import { bamboohrApi, readable } from "./api-options.ts";
import { readBambooEvent, readBambooRecords } from "./bamboohr-record.ts";
import { sortInto } from "./element.ts";
import { type HmacScheme, verifyHmac } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";

const scheme: HmacScheme = {
  signature: { header: "x-bamboohr-signature" },
  // BambooHR promises neither a format of the time nor a limit to its age: it is only part of what is signed.
  timestamp: { header: "x-bamboohr-timestamp" },
  signed: ["body", "timestamp"],
  digest: "sha256",
  encoding: "hex",
  key: "utf8",
};

/** What `sources.bamboohr` in the configuration says. */
const bamboohrOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(bamboohrApi),
});
export type BamboohrOptions = z.infer<typeof bamboohrOptionsSchema>;

/** BambooHR webhooks, event-based and field-based, as JSON and as forms: signed, and thin. No second try after a 4xx. */
export const bamboohr = {
  name: "bamboohr",
  options: bamboohrOptionsSchema,
  contentTypes: ["application/json", "application/x-www-form-urlencoded"],
  signsTime: false,

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyHmac(scheme, request, secrets);
  },

  normalize(request: WebhookRequest, options: BamboohrOptions): Normalized {
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    for (const record of readBambooRecords(request)) {
      sortInto(normalized, readBambooEvent(record, request, options), { type: record.type, id: undefined });
    }
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<BamboohrOptions>;
