import type { JSONWebKeySet, JWTVerifyGetKey } from "jose";
import { RetryLater } from "../errors.ts";

type Jose = typeof import("./sharedsignals-jose.ts");

/** One a line of the secret, for as long as this process lives: keys that were read once are not read for each token. */
const keySets = new Map<string, JWTVerifyGetKey>();

/**
 * The keys that one line of the secret stands for. They are never looked for where a token itself says (`jku`, `x5u`, `iss`): its
 * sender could have this machine ask any address.
 * @param secret a JWK Set, or the address of one; a line that is neither has no keys
 * @returns what throws jose's errors where no key fits, and RetryLater `jwks_unavailable` where an address does not answer
 */
export function keySet(jose: Jose, secret: string): JWTVerifyGetKey {
  const known = keySets.get(secret);
  if (known) return known;
  // Plain HTTP only to this machine itself.
  const isAddress = /^(https:\/\/|http:\/\/127\.0\.0\.1[:/])/.test(secret);
  const made = isAddress ? publishedSet(jose, new URL(secret)) : writtenSet(jose, secret);
  keySets.set(secret, made);
  return made;
}

/**
 * Read when it is first needed, then every ten minutes, and for a key that is not in it at most every 30 seconds: tokens
 * that name invented keys cause no more requests than that.
 */
function publishedSet({ createRemoteJWKSet, errors }: Jose, address: URL): JWTVerifyGetKey {
  const remote = createRemoteJWKSet(address, {
    timeoutDuration: 3_000,
    cacheMaxAge: 600_000,
    cooldownDuration: 30_000,
  });
  return async (header, token) => {
    try {
      return await remote(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys) throw error;
      throw new RetryLater("jwks_unavailable", { message: "the transmitter's keys cannot be read", cause: error });
    }
  };
}

function writtenSet({ createLocalJWKSet, errors }: Jose, text: string): JWTVerifyGetKey {
  try {
    const keys: JSONWebKeySet = JSON.parse(text);
    return createLocalJWKSet(keys);
  } catch {
    return () => {
      throw new errors.JWKSNoMatchingKey();
    };
  }
}
