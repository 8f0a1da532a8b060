import { Rejected } from "../errors.ts";
import type { WebhookRequest } from "./source.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads a body as JSON, a byte order mark allowed.
 * @throws Rejected 400 `not valid UTF-8` or `not JSON`, without quoting any of it
 */
export function readJson(body: Buffer): unknown {
  const text = decode(body);
  try {
    return JSON.parse(text);
  } catch {
    // Also where nesting is too deep for the parser.
    throw new Rejected(400, "not JSON");
  }
}

/** Reads a body as an HTML form: any text is one. @throws Rejected 400 `not valid UTF-8` */
export function readForm(body: Buffer): URLSearchParams {
  return new URLSearchParams(decode(body));
}

/** The media type of a request's body in lower case, without parameters; empty where none is named. */
export function mediaType({ headers }: Pick<WebhookRequest, "headers">): string {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return type.trim().toLowerCase();
}

function decode(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new Rejected(400, "not valid UTF-8");
  }
}
