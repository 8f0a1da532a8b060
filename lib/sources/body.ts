import { Rejected } from "../errors.ts";

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

function decode(body: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch {
    throw new Rejected(400, "not valid UTF-8");
  }
}
