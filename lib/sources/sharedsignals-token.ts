import type { JWTPayload, JWTVerifyGetKey, JWTVerifyOptions } from "jose";
import { Rejected, type RejectedStatus, RetryLater } from "../errors.ts";
import { keySet } from "./sharedsignals-keys.ts";
import type { WebhookRequest } from "./source.ts";

type Jose = typeof import("./sharedsignals-jose.ts");

/** The codes of RFC 8935, 2.4 that are used here. */
type SetError = "invalid_request" | "invalid_key" | "invalid_issuer" | "invalid_audience" | "authentication_failed";

/** A Security Event Token that is turned away, with the code that tells its transmitter why. */
export class SetRejected extends Rejected {
  readonly err: SetError;

  /** @param reason short, safe to show to an unauthenticated caller */
  constructor(status: RejectedStatus, err: SetError, reason: string) {
    super(status, reason);
    this.err = err;
  }
}

const skewSeconds = 5 * 60;
// No shared keys, and not `none`: whoever reads a public JWK Set must not be able to sign with it.
const algorithms = [
  ...["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
  ...["ES256", "ES384", "ES512", "EdDSA", "Ed25519"],
];

/**
 * Checks a token's signature, issuer, audience, type and times.
 * @returns the bytes of its claims
 * @throws SetRejected 401 when it proves nothing, 400 when the transmitter left something out
 * @throws RetryLater `jwks_unavailable`
 */
export async function verifySet(
  request: WebhookRequest,
  secrets: readonly string[],
  { issuer, audience }: { issuer: string; audience: string },
): Promise<Buffer> {
  // Loaded by the first token: deployments without this source never pay for it.
  const jose = await import("./sharedsignals-jose.ts");
  const token = request.body.toString("latin1").trim();
  requireCanonical(token);
  const currentDate = request.receivedAt;
  const times = { currentDate, clockTolerance: skewSeconds };
  const required = { issuer, audience, typ: "secevent+jwt", requiredClaims: ["jti", "iat", "events"] };
  const options = { algorithms, ...required, ...times };
  const payload = await verifyByAny(jose, token, secrets, options).catch((error: unknown) => {
    throw rejectionOf(jose, error);
  });
  requirePast(payload, currentDate);
  return Buffer.from(token.split(".")[1] ?? "", "base64url");
}

/** By the first line that has the key: while keys are rotated, two lines may have one of the same id, or without any. */
async function verifyByAny(
  jose: Jose,
  token: string,
  secrets: readonly string[],
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  const failures: unknown[] = [];
  for (const secret of secrets) {
    try {
      return await verifyBy(jose, token, keySet(jose, secret), options);
    } catch (error) {
      if (!(error instanceof RetryLater) && !isOfKeys(jose, error)) throw error;
      failures.push(error);
    }
  }
  // While one set cannot be had, nobody can say that no key fits.
  const unavailable = failures.find((failure) => failure instanceof RetryLater);
  const mismatch = failures.find((failure) => failure instanceof jose.errors.JWSSignatureVerificationFailed);
  throw unavailable ?? mismatch ?? failures[0] ?? new jose.errors.JWKSNoMatchingKey();
}

async function verifyBy(
  jose: Jose,
  token: string,
  keys: JWTVerifyGetKey,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  try {
    return (await jose.jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (!(error instanceof jose.errors.JWKSMultipleMatchingKeys)) throw error;
    // The token names none of several that are of its kind.
    for await (const key of error) {
      try {
        return (await jose.jwtVerify(token, key, options)).payload;
      } catch (failure) {
        if (!isOfKeys(jose, failure)) throw failure;
      }
    }
    throw new jose.errors.JWSSignatureVerificationFailed();
  }
}

/** Whether another key may do where this one did not. */
function isOfKeys({ errors }: Jose, error: unknown): boolean {
  return error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey;
}

// jose decodes leniently, which would let several spellings of one signature pass.
function requireCanonical(token: string): void {
  const [, , signature = ""] = token.split(".");
  if (Buffer.from(signature, "base64url").toString("base64url") === signature) return;
  throw new SetRejected(401, "invalid_request", "not a signed token");
}

// jose looks at `iat` only together with a greatest age, and tokens may be delivered days after they were made.
function requirePast({ iat = 0 }: JWTPayload, now: Date): void {
  if (iat * 1000 > now.getTime() + skewSeconds * 1000)
    throw new SetRejected(400, "invalid_request", "iat: in the future");
}

/** Anything else that may be thrown is no fault of the token's. */
function rejectionOf({ errors }: Jose, error: unknown): unknown {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    if (error.claim === "iss")
      return new SetRejected(401, "invalid_issuer", "iss: not the transmitter that is configured");
    if (error.claim === "aud") return new SetRejected(401, "invalid_audience", "aud: not this receiver");
    return new SetRejected(400, "invalid_request", `${error.claim}: ${error.reason}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new SetRejected(401, "authentication_failed", "signature does not match");
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) {
    return new SetRejected(401, "invalid_request", "not a signed token");
  }
  if (error instanceof errors.JOSEError) return new SetRejected(401, "invalid_key", "no key that fits");
  return error;
}
