import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import { mediaType, readJson } from "./body.ts";
import { tokenMatches } from "./signature.ts";
import type { WebhookRequest } from "./source.ts";

const batchType = "application/cloudevents-batch+json";
const graphSchema = z.object({ value: z.array(z.unknown()) });
const batchSchema = z.array(z.unknown());
const clientState = z.string().check(z.minLength(1));
const provenSchema = z.union([z.object({ clientState }), z.object({ data: z.object({ clientState }) })]);

/**
 * The notifications of a delivery, each to be read on its own: those of Graph's envelope, or CloudEvents, one or a batch.
 * @throws Rejected 400 when the delivery has another form
 */
export function readElements(request: WebhookRequest): unknown[] {
  const body = readJson(request.body);
  const type = mediaType(request);
  if (type === "application/cloudevents+json") return [body];
  if (type === batchType) return parsed(batchSchema.safeParse(body));
  return parsed(graphSchema.safeParse(body)).value;
}

function parsed<T>(result: z.core.util.SafeParseResult<T>): T {
  if (result.success) return result.data;
  throw new Rejected(400, describeIssues(result.error));
}

/**
 * Checks the `clientState` of each notification by itself, since a batch may mix subscriptions: what another one sends
 * must not be believed for the company it comes in, and a forgotten subscription must not cost ours their notifications.
 * @returns the body, with `null` in place of the notifications that prove nothing
 * @throws Rejected 401 when none does, whatever else may be wrong with the body
 */
export function provenElements(request: WebhookRequest, secrets: readonly string[]): Buffer {
  const elements = readUnproven(request);
  const kept = elements.map((element) => (isProven(element, secrets) ? element : null));
  if (kept.every((element) => element === null)) throw new Rejected(401, "no clientState matches");
  if (!kept.includes(null)) return request.body;
  return write(mediaType(request) === batchType ? kept : { value: kept });
}

function write(body: unknown): Buffer {
  try {
    return Buffer.from(JSON.stringify(body));
  } catch {
    throw new Rejected(400, "nested too deeply");
  }
}

function readUnproven(request: WebhookRequest): unknown[] {
  try {
    return readElements(request);
  } catch (error) {
    if (!(error instanceof Rejected)) throw error;
    // Nobody is told more than that as long as they have not shown who they are; nor does it count as a lost delivery.
    throw new Rejected(401, "no clientState can be read");
  }
}

function isProven(element: unknown, secrets: readonly string[]): boolean {
  const result = provenSchema.safeParse(element);
  if (!result.success) return false;
  return tokenMatches("data" in result.data ? result.data.data.clientState : result.data.clientState, secrets);
}
