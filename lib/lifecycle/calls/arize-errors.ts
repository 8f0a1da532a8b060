import { Refused, RetryLater } from "../../errors.ts";
import { ApiException, InvalidArgument } from "../../http/errors.ts";

/**
 * What a failed call to Arize means for the event: try again later, or never. Once reads work, a 403 on one operation is
 * a permission that the key lacks, which no retry mends; a 403 on a read may be a key that is about to be replaced.
 */
export function translate(error: unknown, call: "read" | "write"): unknown {
  if (error instanceof InvalidArgument) return new Refused("invalid_argument", error.message, { cause: error });
  if (!(error instanceof ApiException)) return error;
  const options = { message: error.message, cause: error };
  switch (error.kind) {
    case "conflict":
    case "not_found":
    case "invalid":
      return new Refused(error.kind, error.message, { cause: error });
    case "permission":
      return call === "write"
        ? new Refused("forbidden_operation", error.message, { cause: error })
        : new RetryLater("arize_forbidden", options);
    case "authentication":
      return new RetryLater("arize_unauthorized", options);
    case "rate_limited":
      return new RetryLater("arize_rate_limited", { ...options, afterMs: error.retryAfterMs });
    default:
      return new RetryLater(`arize_${error.kind}`, {
        ...options,
        afterMs: error.retryAfterMs,
        ambiguous: call === "write" && error.ambiguous,
      });
  }
}
