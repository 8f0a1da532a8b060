import type { LifecycleConfig } from "../config.ts";
import { Rejected } from "../errors.ts";
import type { LifecycleEvent } from "../lifecycle/event.ts";
import { mediaType } from "./body.ts";
import { findSource } from "./index.ts";
import type { Normalized, Source, SourceOptions, WebhookRequest } from "./source.ts";

/** A source together with what the configuration says about it. */
export interface ConfiguredSource {
  source: Source<SourceOptions>;
  options: SourceOptions;
}

/** Finds a source by a name from outside. @throws Rejected 404 when there is none, or it is not configured */
export function findConfigured(name: string | undefined, config: LifecycleConfig): ConfiguredSource {
  const source = name === undefined ? undefined : findSource(name);
  const options = Object.entries(config.sources).find(([configured]) => configured === name)?.[1];
  if (source === undefined || options === undefined) throw new Rejected(404, "unknown source");
  return { source, options };
}

/**
 * Reads the events of a request, as they go on the queue.
 * @param request with the body that `verify` returned
 * @throws Rejected 400, 415
 */
export function readEvents(
  request: WebhookRequest,
  { source, options }: ConfiguredSource,
  config: LifecycleConfig,
): Normalized {
  checkMedia(request, source);
  const normalized = source.normalize(request, options);
  return {
    ...normalized,
    events: normalized.events.map((event) => stampExpiry(event, config)),
  };
}

function checkMedia(request: WebhookRequest, source: Source<SourceOptions>): void {
  const coding = request.headers["content-encoding"]?.trim().toLowerCase() ?? "";
  // Nothing is inflated here: a signed kilobyte could be a gigabyte.
  if (coding !== "" && coding !== "identity") throw new Rejected(415, "expected no content-encoding");
  if (!source.contentTypes.includes(mediaType(request)))
    throw new Rejected(415, `expected ${source.contentTypes.join(" or ")}`);
}

// Commands age: nobody wants the password reset that they asked for yesterday, when an outage ends.
function stampExpiry(event: LifecycleEvent, { commandTtlMinutes }: LifecycleConfig): LifecycleEvent {
  const isCommand = event.kind === "password.reset" || event.kind === "invitation.resend";
  if (!isCommand || event.expiresAt !== undefined) return event;
  const expiresAt = new Date(Date.parse(event.receivedAt) + commandTtlMinutes * 60_000).toISOString();
  return { ...event, expiresAt };
}
