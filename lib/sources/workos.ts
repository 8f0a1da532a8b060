import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import { readable, workosApi } from "./api-options.ts";
import { readJson } from "./body.ts";
import { sortInto } from "./element.ts";
import { type HmacScheme, verifyHmac } from "./signature.ts";
import { type Normalized, type Reply, type Source, sourceOptions, type WebhookRequest } from "./source.ts";
import { readWorkosEvent } from "./workos-event.ts";

const header = { header: "workos-signature", separator: "," };
const scheme: HmacScheme = {
  signature: { ...header, prefix: "v1=" },
  // Three minutes are what WorkOS's own SDKs allow; unlike them, this looks at the future too.
  timestamp: { ...header, prefix: "t=", window: { unit: "ms", toleranceMs: 180_000 } },
  signed: ["timestamp", ".", "body"],
  digest: "sha256",
  encoding: "hex",
  key: "utf8",
};

/** What `sources.workos` in the configuration says. */
const workosOptionsSchema = z.strictObject({
  ...sourceOptions(["joiner", "mover", "leaver", "reinstate"]),
  ...readable(workosApi),
  /**
   * Ids (`directory_group_...`) of the groups that stand for access to Arize, at most 100. Left empty, everybody in the
   * directory has it.
   */
  groups: z._default(z.array(z.string().check(z.regex(/^[\x21-\x7e]{1,200}$/))).check(z.maxLength(100)), []),
  /** As in `sources.okta`: whether somebody counts as absent from a group that no event ever spoke of. */
  assumeAbsent: z._default(z.boolean(), false),
});
export type WorkosOptions = z.infer<typeof workosOptionsSchema>;

const headSchema = z.object({ event: z.string(), id: z.catch(z.optional(z.string()), undefined) });

/** WorkOS Directory Sync: one signed event a request, with the person in it. */
export const workos = {
  name: "workos",
  options: workosOptionsSchema,
  contentTypes: ["application/json"],
  signsTime: true,

  verify(request: WebhookRequest, secrets: readonly string[]): Buffer {
    return verifyHmac(scheme, request, secrets);
  },

  normalize(request: WebhookRequest, options: WorkosOptions): Normalized {
    const envelope = readJson(request.body);
    const head = headSchema.safeParse(envelope);
    if (!head.success) throw new Rejected(400, describeIssues(head.error));
    const { event: type, id } = head.data;
    const normalized: Normalized = { events: [], ignored: [], bad: [] };
    sortInto(normalized, readWorkosEvent(type, envelope, request.receivedAt, options), { type, id });
    return normalized;
  },

  accepted(): Reply {
    return { status: 200 };
  },
} satisfies Source<WorkosOptions>;
