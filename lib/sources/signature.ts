import { createHmac, createPublicKey, hash, type KeyObject, timingSafeEqual, verify } from "node:crypto";
import { Rejected } from "../errors.ts";
import type { WebhookRequest } from "./source.ts";

/** Where in the headers a value stands: the whole of one, or those parts of it that begin with `prefix`. */
export interface HeaderField {
  header: string;
  /** What stands between the parts, where there may be several: `" "` in `v1,abc v1,def`, `","` in `t=1, v1=abc`. */
  separator?: string;
  /** What a part must begin with, such as `v1,`. */
  prefix?: string;
}

/** How a provider signs its requests. Every scheme is data: a new provider needs a table, not code. */
export interface SignatureScheme {
  /** Where the signatures stand; one that matches is enough. */
  signature: HeaderField;
  id?: HeaderField;
  /** `window` is left out where the provider promises no format: the value is then only part of what is signed. */
  timestamp?: HeaderField & { window?: { unit: "s" | "ms"; toleranceMs: number } };
  /** What is signed, one after the other, the raw values. */
  signed: readonly ("method" | "id" | "timestamp" | "body" | ".")[];
}

export interface HmacScheme extends SignatureScheme {
  digest: "sha256" | "sha512";
  encoding: "hex" | "base64";
  /** How the bytes of the key are written in the secret, after `keyPrefix` where it is there. */
  key: "utf8" | "base64";
  keyPrefix?: string;
}

/**
 * Checks an HMAC signature; returns the body.
 * @throws Rejected 401 when a header is missing, the time is off, or no secret matches
 */
export function verifyHmac(scheme: HmacScheme, request: WebhookRequest, secrets: readonly string[]): Buffer {
  if (!hmacMatches(scheme, request, secrets)) throw new Rejected(401, "signature does not match");
  return request.body;
}

/**
 * Whether one of the signatures was made with one of the secrets. Empty and unreadable secrets match nothing.
 * @throws Rejected 401 when a header is missing or the time is off
 */
export function hmacMatches(scheme: HmacScheme, request: WebhookRequest, secrets: readonly string[]): boolean {
  const content = readSigned(scheme, request);
  const signatures = fieldValues(scheme.signature, request).map((signature) => Buffer.from(signature));
  let matched = false;
  for (const secret of secrets) {
    const key = hmacKey(scheme, secret);
    if (key === undefined) continue;
    const hmac = createHmac(scheme.digest, key);
    for (const part of content) hmac.update(part);
    // Compared as text: a lenient decoder would let several spellings of one signature pass.
    const expected = Buffer.from(hmac.digest(scheme.encoding));
    for (const signature of signatures) {
      // How long a signature has to be is no secret.
      matched = (signature.length === expected.length && timingSafeEqual(signature, expected)) || matched;
    }
  }
  return matched;
}

/**
 * Whether one of the signatures (64 bytes, base64) was made for one of the Ed25519 public keys (`whpk_` and 32 bytes in
 * base64, the `v1a` scheme of Standard Webhooks). Other secrets match nothing.
 * @throws Rejected 401 when a header is missing or the time is off
 */
export function ed25519Matches(scheme: SignatureScheme, request: WebhookRequest, secrets: readonly string[]): boolean {
  const keys = secrets.map(publicKey).filter((key) => key !== undefined);
  if (keys.length === 0) return false;
  const content = Buffer.concat(readSigned(scheme, request).map((part) => Buffer.from(part)));
  const signatures = fieldValues(scheme.signature, request).map((text) => ({
    text,
    bytes: Buffer.from(text, "base64"),
  }));
  const canonical = signatures.filter(({ text, bytes }) => bytes.length === 64 && bytes.toString("base64") === text);
  return keys.some((key) => canonical.some(({ bytes }) => verify(null, content, key, bytes)));
}

/** Compares a header with each of the secrets, in constant time; returns the body. @throws Rejected 401 */
export function verifyToken(header: string, request: WebhookRequest, secrets: readonly string[]): Buffer {
  const token = request.headers[header];
  if (!token) throw new Rejected(401, "the secret header is missing");
  if (!tokenMatches(token, secrets)) throw new Rejected(401, "the secret header does not match");
  return request.body;
}

/** Whether a token is one of the secrets, told in constant time. */
export function tokenMatches(token: string, secrets: readonly string[]): boolean {
  let matched = false;
  for (const secret of secrets) matched = equal(token, secret) || matched;
  return matched;
}

// Digests have one length, so that the comparison tells nothing of a secret's, either.
function equal(left: string, right: string): boolean {
  const digest = (text: string) => hash("sha256", text, "buffer");
  return timingSafeEqual(digest(left), digest(right));
}

function readSigned(scheme: SignatureScheme, request: WebhookRequest): (string | Buffer)[] {
  const { signature, id, timestamp, signed } = scheme;
  for (const field of [signature, id, timestamp]) {
    if (field && !request.headers[field.header]) throw new Rejected(401, `${field.header} is missing`);
  }
  const time = timestamp === undefined ? "" : (fieldValues(timestamp, request)[0] ?? "");
  if (timestamp?.window) requireFresh(time, timestamp.window, request.receivedAt);
  const values = {
    method: request.method,
    id: id === undefined ? "" : (fieldValues(id, request)[0] ?? ""),
    timestamp: time,
    body: request.body,
    ".": ".",
  };
  return signed.map((part) => values[part]);
}

function requireFresh(time: string, window: { unit: "s" | "ms"; toleranceMs: number }, receivedAt: Date): void {
  if (!/^[0-9]{1,15}$/.test(time)) throw new Rejected(401, "timestamp is malformed");
  const at = Number(time) * (window.unit === "s" ? 1000 : 1);
  if (Math.abs(receivedAt.getTime() - at) <= window.toleranceMs) return;
  throw new Rejected(401, `timestamp is more than ${window.toleranceMs / 60_000} minutes off`);
}

function fieldValues({ header, separator, prefix = "" }: HeaderField, request: WebhookRequest): string[] {
  const value = request.headers[header] ?? "";
  const parts = separator === undefined ? [value] : value.split(separator);
  return parts
    .map((part) => part.trim())
    .flatMap((part) => (part.startsWith(prefix) ? [part.slice(prefix.length)] : []));
}

function hmacKey({ key, keyPrefix = "" }: HmacScheme, secret: string): Buffer | undefined {
  const text = secret.startsWith(keyPrefix) ? secret.slice(keyPrefix.length) : secret;
  // Buffer.from skips what is not base64, and would make short keys of mistyped secrets, or HMAC keys of public keys.
  if (key === "base64" && !/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const bytes = Buffer.from(text, key);
  return bytes.length > 0 ? bytes : undefined;
}

function publicKey(secret: string): KeyObject | undefined {
  const bytes = Buffer.from(/^whpk_([A-Za-z0-9+/]+=*)$/.exec(secret)?.[1] ?? "", "base64");
  if (bytes.length !== 32) return undefined;
  return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: bytes.toString("base64url") }, format: "jwk" });
}
