import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { readEnvironment } from "../lib/config.ts";
import { Rejected, RetryLater } from "../lib/errors.ts";
import type { LifecycleEvent } from "../lib/lifecycle/event.ts";
import type { RoleRule } from "../lib/lifecycle/roles.ts";
import type { Workshop } from "../lib/lifecycle/workshop.ts";
import type { Secrets } from "../lib/secrets.ts";
import { type ConfiguredSource, findConfigured, readEvents } from "../lib/sources/configured.ts";
import type { WebhookRequest } from "../lib/sources/source.ts";
import { Metrics } from "../lib/telemetry.ts";
import { openRehearsal } from "../lib/wiring.ts";
import type { Row } from "./print.ts";
import { rehearse } from "./rehearsal.ts";

/** A webhook as an operator has it: its body in a file, its headers perhaps. */
export interface Payload {
  /** `-` for standard input. */
  file: string;
  source: string;
  /** Each `name:value`; without any, nothing can be verified. */
  headers: readonly string[];
}

export interface Explanation {
  /** What the door makes of the request, line by line. */
  door: string[];
  /** Whether the door would let it in; unsigned payloads are explained as if it did. */
  letIn: boolean;
  /** One an event: what it says, and what would be done about it now. */
  rows: Row[];
}

/**
 * Tells what would become of a webhook that came now, by the code that would do it, and changes nothing. Expects the
 * environment of the functions, which connecting to a stack sets.
 * @throws Error when the file, the ledger or Arize cannot be read
 */
export async function explain(payload: Payload): Promise<Explanation> {
  const environment = readEnvironment();
  const workshop = await openRehearsal(environment, new Metrics());
  const request = await readRequest(payload);
  const explanation: Explanation = { door: [], letIn: true, rows: [] };
  try {
    const configured = findConfigured(payload.source, workshop.config);
    const { secrets } = workshop.arize;
    const proven = await verify(request, configured, environment.SOURCE_SECRET_IDS[payload.source], secrets);
    const isProven = Buffer.isBuffer(proven);
    explanation.door.push(isProven ? "verified" : `not verified${proven}`);
    explanation.letIn = payload.headers.length === 0 || isProven;
    const read = { ...withDefaults(request, configured), body: isProven ? proven : request.body };
    const { events, ignored, bad } = readEvents(read, configured, workshop.config);
    for (const type of ignored) explanation.door.push(`means nothing here: ${type}`);
    for (const { id = "no id", problem } of bad) explanation.door.push(`cannot be read: ${id}: ${problem}`);
    for (const event of events) explanation.rows.push(await explainEvent(event, workshop));
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    explanation.door.push(`turned away with ${error.status}: ${error.message}`);
    explanation.letIn = false;
  } finally {
    workshop.arize.client.close();
  }
  return explanation;
}

async function readRequest({ file, headers }: Payload): Promise<WebhookRequest> {
  const body = file === "-" ? Buffer.from(await text(process.stdin)) : await readFile(file);
  const named = headers.map((header) => {
    const [name, value] = header.split(/:(.*)/s);
    if (!name || value === undefined) throw new Error("a header has to be name:value");
    return [name.trim().toLowerCase(), value.trim()] as const;
  });
  return { method: "POST", headers: Object.fromEntries(named), query: {}, body, receivedAt: new Date() };
}

/**
 * @returns the bytes that are proven to be the sender's, or why none are and what the door would answer
 * @throws Error for what is neither the sender's fault nor a secret's: a bug
 */
async function verify(
  request: WebhookRequest,
  { source, options }: ConfiguredSource,
  secretId: string | undefined,
  secrets: Secrets,
): Promise<Buffer | string> {
  try {
    if (secretId === undefined) throw new RetryLater("secret_not_configured");
    return await source.verify(request, await secrets.values(secretId), options);
  } catch (error) {
    if (error instanceof RetryLater) return `, answered 503: ${error.message}`;
    if (!(error instanceof Rejected)) throw error;
    const isUnsigned = Object.keys(request.headers).length === 0;
    if (isUnsigned) return ": there are no headers; pass them with --header";
    return `, answered ${source.rejected?.(error)?.status ?? error.status}: ${error.message}`;
  }
}

// An unsigned payload is to be read all the same: Standard Webhooks has the event's id in a header.
function withDefaults(request: WebhookRequest, { source }: ConfiguredSource): WebhookRequest {
  const [contentType] = source.contentTypes;
  return { ...request, headers: { "content-type": contentType, "webhook-id": "unsigned", ...request.headers } };
}

/** What a rule asks for, as `department Labeling, source okta`. */
function wordsOf(rule: RoleRule | undefined): string {
  const conditions = Object.entries(rule?.when ?? {}).filter(([, values]) => values !== undefined);
  return conditions.map(([name, values]) => `${name} ${values.join(" or ")}`).join(", ");
}

async function explainEvent(event: LifecycleEvent, workshop: Workshop): Promise<Row> {
  const { action, outcome, reason, rule, userId } = await rehearse(event, workshop);
  const { membership, person } = event;
  return {
    event: event.id,
    kind: event.kind,
    person: person.email ?? `id ${person.externalId}`,
    happened: event.occurredAt,
    ...((event.effectiveAt ?? event.effectiveOn) && { "takes effect": event.effectiveAt ?? event.effectiveOn }),
    ...(membership && { membership: `${membership.change} ${membership.of}` }),
    rule: rule === undefined ? undefined : `${rule} ${wordsOf(workshop.config.roles[rule - 1])}`.trim(),
    action,
    outcome,
    reason,
    "user id": userId,
  };
}
