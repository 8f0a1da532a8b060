import * as z from "zod/mini";
import { Rejected } from "../errors.ts";
import { describeIssues } from "../issues.ts";
import { mediaType, readJson } from "./body.ts";
import { hashOf } from "./event-id.ts";
import type { WebhookRequest } from "./source.ts";

const attribute = z.string().check(z.minLength(1), z.maxLength(1024));
const attributesSchema = z.object({
  specversion: z.literal("1.0"),
  id: attribute,
  source: attribute,
  type: attribute,
  time: z.optional(attribute),
  data: z.optional(z.unknown()),
});

/** A CloudEvent, its envelope read but not yet its data. */
export interface CloudEvent {
  /** In `binary` mode the attributes came as headers, which no webhook signature covers. */
  mode: "structured" | "binary";
  /** Hash of source and id, which together make a CloudEvent unique. */
  key: string;
  type: string;
  time: string | undefined;
  data: unknown;
}

/**
 * Reads a CloudEvents 1.0 envelope by its HTTP binding: structured, told by the media type, or binary, told by
 * `ce-specversion`. `undefined` where there is none.
 * @throws Rejected 400 when the body or an attribute cannot be read
 */
export function readCloudEvent(request: WebhookRequest): CloudEvent | undefined {
  const structured = mediaType(request) === "application/cloudevents+json";
  if (!structured && request.headers["ce-specversion"] === undefined) return undefined;
  const body = readJson(request.body);
  const result = attributesSchema.safeParse(structured ? body : { ...headerAttributes(request), data: body });
  if (!result.success) throw new Rejected(400, `CloudEvent ${describeIssues(result.error)}`);
  const { source, id, type, time, data } = result.data;
  return { mode: structured ? "structured" : "binary", key: hashOf([source, id]), type, time, data };
}

function headerAttributes({ headers }: WebhookRequest): Record<string, string | undefined> {
  const names = ["specversion", "id", "source", "type", "time"];
  return Object.fromEntries(names.map((name) => [name, percentDecoded(name, headers[`ce-${name}`])]));
}

function percentDecoded(name: string, value: string | undefined): string | undefined {
  try {
    return value && decodeURIComponent(value);
  } catch {
    throw new Rejected(400, `CloudEvent ${name}: malformed percent-encoding`);
  }
}
