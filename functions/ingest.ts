import middy from "@middy/core";
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { type LifecycleConfig, loadConfig, readEnvironment } from "../lib/config.ts";
import { Rejected, RetryLater } from "../lib/errors.ts";
import { lazy } from "../lib/lazy.ts";
import { prewarm } from "../lib/prewarm.ts";
import type { EventQueue } from "../lib/queue.ts";
import type { Secrets } from "../lib/secrets.ts";
import { type ConfiguredSource, findConfigured, readEvents } from "../lib/sources/configured.ts";
import { findSource } from "../lib/sources/index.ts";
import type { Handshake, Normalized, Reply, WebhookRequest } from "../lib/sources/source.ts";
import { describeError, log, Metrics, metricNames } from "../lib/telemetry.ts";
import { openIdentity, openQueue, openSecrets } from "../lib/wiring.ts";

const maxBytes = 1024 * 1024;
const metrics = new Metrics();

interface Door {
  config: LifecycleConfig;
  secrets: Secrets;
  queue: EventQueue;
  secretIds: Record<string, string>;
}

const open = lazy(async (): Promise<Door> => {
  const environment = readEnvironment();
  const secrets = openSecrets();
  const [config, identity] = await Promise.all([
    loadConfig(environment.LIFECYCLE_CONFIG),
    openIdentity(environment, secrets),
  ]);
  return { config, secrets, queue: openQueue(environment, identity), secretIds: environment.SOURCE_SECRET_IDS };
});

await prewarm(async () => {
  const { secrets, queue, secretIds } = await open();
  const reads = Object.values(secretIds).map((id) => secrets.versions(id));
  await Promise.allSettled([...reads, queue.connect()]);
});

async function ingest(event: APIGatewayProxyEventV2): Promise<Reply> {
  if (event.rawPath === "/health") return { status: 200, body: JSON.stringify({ status: "ok" }), headers: json };
  const door = await open();
  const configured = findConfigured(sourceOf(event.rawPath), door.config);
  const { source, options } = configured;
  const secretId = door.secretIds[source.name];
  if (secretId === undefined) throw new RetryLater("secret_not_configured");
  const request = readRequest(event);
  const handshake = source.handshake?.(request, options);
  if (handshake) return tellHandshake(source.name, handshake);
  if (request.method !== "POST") throw new Rejected(405, onlyPost);
  const body = await authenticate(request, configured, secretId, door.secrets);
  const normalized = readEvents({ ...request, body }, configured, door.config);
  await door.queue.send(normalized.events);
  tell(source.name, normalized);
  return source.accepted(normalized.events);
}

const json = { "content-type": "application/json" };
const methods = ["GET", "POST", "OPTIONS"] as const;
const onlyPost = "only POST, but for a handshake";

/** The source that a path names, whether or not there is one. */
function sourceOf(path: string): string | undefined {
  return /^\/webhooks\/([a-z0-9-]{1,40})$/.exec(path)?.[1];
}

function readRequest(event: APIGatewayProxyEventV2): WebhookRequest {
  const method = methods.find((each) => each === event.requestContext.http.method);
  if (method === undefined) throw new Rejected(405, onlyPost);
  const body = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  if (body.length > maxBytes) throw new Rejected(413, "larger than 1 MiB");
  // Decoded here: what the gateway has decoded does not tell a plus sign from a space.
  const query = Object.fromEntries(new URLSearchParams(event.rawQueryString));
  return { method, headers: event.headers, query, body, receivedAt: new Date() };
}

/**
 * A secret that was just rotated may not be in the cache yet: it is read once more before a sender is turned away, by this
 * request or by another one at the same time.
 */
async function authenticate(
  request: WebhookRequest,
  { source, options }: ConfiguredSource,
  secretId: string,
  secrets: Secrets,
): Promise<Buffer> {
  const verify = async () => source.verify(request, await secrets.values(secretId), options);
  const tried = await secrets.versions(secretId);
  const body = await verify().catch(async (error: unknown) => {
    if (!(error instanceof Rejected)) throw error;
    secrets.distrust(secretId);
    if ((await secrets.versions(secretId)) === tried) throw error;
    return verify();
  });
  const { current, previous } = await secrets.versions(secretId);
  if (previous.length > 0) await noteOldSecret(async () => source.verify(request, current, options), source.name);
  return body;
}

/** After a rotation a sender may go on with the old value for a while, but not until the next one. */
async function noteOldSecret(verifyCurrent: () => Promise<unknown>, source: string): Promise<void> {
  try {
    await verifyCurrent();
  } catch (error) {
    if (!(error instanceof Rejected)) return;
    metrics.add(metricNames.oldSecretUsed);
    log("warn", "verified by the previous version of its secret", { source });
  }
}

function tellHandshake(source: string, { sealed, ...reply }: Handshake): Reply {
  log("info", "handshake", { source, ...(sealed !== undefined && { sealed }) });
  return reply;
}

function tell(source: string, { events, ignored, bad }: Normalized): void {
  for (const { id, kind } of events) log("info", "received", { source, event: id, kind });
  for (const { id, problem } of bad) log("error", "bad element", { source, event: id ?? "no id", reason: problem });
  if (ignored.length > 0)
    log("info", "ignored", { source, count: ignored.length, reason: [...new Set(ignored)].join() });
  if (events.length > 0) metrics.add(metricNames.received, events.length);
  if (bad.length > 0) metrics.add(metricNames.badElements, bad.length);
  if (ignored.length > 0) metrics.add(metricNames.ignored, ignored.length);
}

function answer({ status, headers, body }: Reply): APIGatewayProxyStructuredResultV2 {
  return { statusCode: status, headers: headers ?? {}, body: body ?? "" };
}

/** What a sender is told about a failure: rejections in a few safe words, anything else as "deliver again". */
function answerFailure(error: unknown, source: string): APIGatewayProxyStructuredResultV2 {
  if (error instanceof Rejected) {
    if (error.status === 401) metrics.add(metricNames.unauthorized);
    // Whoever knocks at the wrong door or in the wrong way is no sender of ours.
    else if (error.status !== 404 && error.status !== 405) metrics.add(metricNames.rejected);
    log("warn", "rejected", { source, status: error.status, reason: error.message });
    const own = findSource(source)?.rejected?.(error);
    return answer(own ?? { status: error.status, headers: json, body: JSON.stringify({ error: error.message }) });
  }
  metrics.add(metricNames.unavailable);
  const what = error instanceof RetryLater ? { reason: error.reason, error: error.message } : describeError(error);
  log("error", "not accepted", { source, status: 503, ...what });
  const body = JSON.stringify({ error: "not accepted, deliver again" });
  return answer({ status: 503, headers: { ...json, "retry-after": "5" }, body });
}

/** Takes a webhook over HTTPS; answers success only once SQS has all of its events. */
export const handler = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
  .use({
    after: () => metrics.flush(),
    onError: (request) => {
      request.response = answerFailure(request.error, sourceOf(request.event.rawPath) ?? "none");
      metrics.flush();
    },
  })
  .handler(async (event) => answer(await ingest(event)));
