import * as z from "zod/mini";

export type Service = "arize" | "sqs" | "dynamodb" | "secrets" | "sources";

/** One step of the work, as it can be told from a request on its way. */
export interface Step {
  service: Service;
  /** Such as `DELETE user`, `claim`, `SendMessageBatch`. */
  name: string;
  /** Whom or what it is about: with the name and how often that was seen before, the key of its faults. */
  subject: string;
  isWrite: boolean;
  /** Asks for everybody, page by page. */
  isList?: boolean;
}

export interface Asked {
  method: string;
  url: URL;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: Buffer;
}

const keySchema = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });
const dynamodbSchema = z.object({
  Key: z.optional(keySchema),
  Item: z.optional(keySchema),
  ExpressionAttributeValues: z._default(z.record(z.string(), z.unknown()), {}),
});
const entriesSchema = z.object({
  Entries: z.array(z.looseObject({ Id: z.string(), MessageDeduplicationId: z.optional(z.string()) })),
});
const emailSchema = z.object({ email: z.string() });

/** What a request to one of the services does. */
export function stepOf(service: Service, asked: Asked): Step {
  if (service === "arize") return arizeStep(asked);
  if (service === "sources") {
    return { service, name: `ask ${asked.url.pathname.split("/")[1]}`, subject: asked.url.pathname, isWrite: false };
  }
  const operation =
    String(asked.headers["x-amz-target"] ?? "")
      .split(".")
      .at(-1) ?? "";
  const json = parseJson(asked.body);
  if (service === "dynamodb") return ledgerStep(operation, json);
  const entries = entriesSchema.safeParse(json).data?.Entries ?? [];
  const subject = entries[0]?.MessageDeduplicationId ?? "";
  return { service, name: operation, subject, isWrite: operation.startsWith("Send") };
}

function arizeStep({ method, url, body }: Asked): Step {
  const [, id = "", operation = ""] = /^\/v2\/users\/([^/]+)(\/[a-z-]+)?$/.exec(url.pathname) ?? [];
  const email = url.searchParams.get("email") ?? emailSchema.safeParse(parseJson(body)).data?.email;
  const what = id === "" ? (method === "GET" ? "users" : "user") : `user${operation}`;
  return {
    service: "arize",
    name: `${method} ${what}`,
    subject: decodeURIComponent(id) || email || "everybody",
    // OPTIONS only opens a connection ahead.
    isWrite: method !== "GET" && method !== "OPTIONS",
    isList: what === "users" && email === undefined,
  };
}

function ledgerStep(operation: string, json: unknown): Step {
  const {
    Key,
    Item,
    ExpressionAttributeValues: values,
  } = dynamodbSchema.safeParse(json).data ?? { ExpressionAttributeValues: {} };
  const key = Key ?? Item;
  const part = key?.sk.S.split("#")[0] ?? "";
  const isPerson = key?.pk.S.startsWith("PERSON#") ?? false;
  const what = isPerson ? part : (key?.pk.S.split("#")[0] ?? "");
  const name = ":until" in values ? "claim" : `${operation} ${what}`;
  return {
    service: "dynamodb",
    name,
    subject: key === undefined ? "" : `${key.pk.S}/${isPerson ? "" : key.sk.S}`,
    isWrite: !/^(Get|Query|BatchGet|Scan)/.test(operation),
  };
}

export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}
