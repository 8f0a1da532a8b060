/**
 * The three ways in which work may fail here; anything else that is thrown is a bug. Messages carry ids, methods and path
 * templates, never a body, a token or an email address: they end up in logs, the ledger and replies.
 */

/** HTTP statuses with which a sender is turned away. */
export type RejectedStatus = 400 | 401 | 404 | 405 | 413 | 415;

/** The sender is wrong: signature, age, envelope, size. Sending the same bytes again will not help. */
export class Rejected extends Error {
  override readonly name = "Rejected";
  readonly status: RejectedStatus;

  /** @param reason short, safe to show to an unauthenticated caller */
  constructor(status: RejectedStatus, reason: string) {
    super(reason);
    this.status = status;
  }
}

/** Why an event is parked; docs/behaviour.md says what each means. */
export type RefusedReason =
  | "blocked_forever"
  | "conflict"
  | "crashes_worker"
  | "forbidden_operation"
  | "in_the_future"
  | "invalid"
  | "invalid_argument"
  | "kind_not_allowed"
  | "malformed_event"
  | "not_found"
  | "not_placed"
  | "role_not_allowed"
  | "source_refused"
  | "too_old";

/** Will never work as it is: the event is parked at once, no retries are burnt. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly reason: RefusedReason;

  constructor(reason: RefusedReason, message: string = reason, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/** May work later: the message goes back to the queue, or the sender is asked to deliver again. */
export class RetryLater extends Error {
  override readonly name = "RetryLater";
  readonly reason: string;
  /** How long to wait in milliseconds, where whoever failed us said so. */
  readonly afterMs: number | undefined;
  /** Whether what failed may have had its effect all the same: a cut, a timeout or a 5xx on a write. */
  readonly ambiguous: boolean;

  constructor(
    reason: string,
    options: ErrorOptions & { message?: string; afterMs?: number | undefined; ambiguous?: boolean } = {},
  ) {
    super(options.message ?? reason, options);
    this.reason = reason;
    this.afterMs = options.afterMs;
    this.ambiguous = options.ambiguous ?? false;
  }
}
