import * as z from "zod/mini";
import type { Rejected } from "../errors.ts";
import type { Kind, LifecycleEvent } from "../lifecycle/event.ts";

/** An HTTP request as a source sees it. */
export interface WebhookRequest {
  method: "GET" | "POST" | "OPTIONS";
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>;
  query: Readonly<Record<string, string | undefined>>;
  /** The raw bytes, base64 already undone: signatures cover these and nothing parsed from them. */
  body: Buffer;
  receivedAt: Date;
}

/** What goes back to the sender. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string;
}

/** The answer to a request that sets a webhook up. */
export interface Handshake extends Reply {
  /** What the operator has to learn from it, encrypted for them alone: it goes into the log. */
  sealed?: string;
}

/** What came of one request. One bad element never costs the others of the same request. */
export interface Normalized {
  events: LifecycleEvent[];
  /** The provider's types of the elements that mean nothing here, for a count. Never personal data. */
  ignored: string[];
  /** Elements that should have meant something and could not be read. `problem` names fields, never values. */
  bad: { id: string | undefined; problem: string }[];
}

/** Whoever is trusted with leavers may suspend people too, which is less; a hint, `changed`, causes nothing by itself. */
const trusts = [
  "joiner",
  "mover",
  "leaver",
  "reinstate",
  "invitation.resend",
  "invitation.renew",
  "password.reset",
] as const satisfies readonly Kind[];
type Trust = (typeof trusts)[number];

const meaningSchema = z.enum([...trusts, "changed", "suspend", "ignore"]);

/** The options that every source has. @param allow the kinds that it is trusted with unless the config says otherwise */
export function sourceOptions(allow: Trust[]) {
  return {
    /** The kinds this source may cause; anything else from it is parked as `kind_not_allowed`. */
    allow: z._default(z.array(z.enum(trusts)), allow),
    /** Which of the provider's event types means what, where the defaults do not fit; `ignore` for nothing. */
    kinds: z._default(
      z.record(z.string(), meaningSchema).check(
        // Somebody may be in another group: only a leaver is weighed against those.
        z.refine((kinds) => !Object.entries(kinds).some(([type, kind]) => isOfGroup(type) && kind === "suspend"), {
          params: { problem: "leaving a group or an app cannot be a suspend" },
        }),
      ),
      {},
    ),
  };
}

function isOfGroup(type: string): boolean {
  return /_membership\.|group\./.test(type);
}

export interface SourceOptions {
  allow: Trust[];
  kinds: Record<string, z.infer<typeof meaningSchema>>;
  /** Only of sources that can be read, see `readable`. */
  unconfirmedLeavers?: "act" | "hold";
}

/**
 * A place where events come from. One file in this folder implements it, one line in `index.ts` makes it known; its
 * options become `sources.<name>` in `lifecycle.config.ts`.
 */
export interface Source<Options extends SourceOptions> {
  name: string;
  options: z.ZodMiniType<Options>;
  /** Media types of `POST` bodies that are accepted, without parameters. */
  contentTypes: readonly string[];
  /** Set where the secret is a key written in base64, after this prefix; every other one is text as it is. */
  base64Key?: { prefix: string };
  /**
   * Whether what a sender proves covers when it sent the request, and old ones are turned away, so that a captured one is
   * soon worth nothing. Where not, a leaver that is old by its own time is held: it may be a replay.
   */
  signsTime: boolean;
  /** Answers requests that set the webhook up, before and without authentication; `undefined` for all others. */
  handshake?(request: WebhookRequest, options: Options): Handshake | undefined;
  /**
   * Authenticates the raw request against each of the secrets (more than one, so that a rotation has no gap), in
   * constant time.
   * @returns the bytes that are proven to be the sender's, for `normalize` to read: mostly the body as it came
   * @throws Rejected 401 with a short reason
   * @throws RetryLater when what it takes to tell cannot be had at the moment
   */
  verify(request: WebhookRequest, secrets: readonly string[], options: Options): Buffer | Promise<Buffer>;
  /**
   * Turns an authenticated body into events.
   * @param request with the body that `verify` returned
   * @throws Rejected 400 when the envelope as a whole cannot be read
   */
  normalize(request: WebhookRequest, options: Options): Normalized;
  /** The answer once every event is safely queued. */
  accepted(events: readonly LifecycleEvent[]): Reply;
  /** The answer to a request that was turned away, where the sender's protocol has one of its own. */
  rejected?(error: Rejected): Reply | undefined;
}
