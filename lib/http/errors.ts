/**
 * What a failed request means. `server` is also what a gateway says in the API's place (HTML, redirects), an answer that
 * cannot be read, a listing that contradicts itself, and 425; `timeout` is also 408 and a caller's own abort.
 */
export type FailureKind =
  | "authentication"
  | "permission"
  | "not_found"
  | "conflict"
  | "invalid"
  | "rate_limited"
  | "server"
  | "network"
  | "timeout";

/** What is known about a failed request. */
export interface Failure {
  method: string;
  /** The path template, such as `/v2/users/{id}`: never with an id or an email in it. */
  path: string;
  kind: FailureKind;
  /** Whether the request may have had an effect: a write that was cut, timed out, met a 5xx or was answered unreadably. */
  ambiguous: boolean;
  /** The HTTP status, where there was an answer. */
  status?: number | undefined;
  /** The problem's title, where it is plain words; else what HTTP calls the status, or what went wrong here. */
  title: string;
  /** The service's explanation. It may quote an email address. */
  detail?: string | undefined;
  type?: string | undefined;
  errorCode?: string | undefined;
  /** How long to wait, from `Retry-After`, in milliseconds. */
  retryAfterMs?: number | undefined;
  requestId?: string | undefined;
}

/**
 * A request to Arize, or to a source, that failed. The message holds method, path template, status and title, and is safe to log, as is
 * everything that `JSON.stringify` and `util.inspect` show. `detail` is neither: it has to be asked for by name.
 */
export class ApiException extends Error implements Failure {
  override readonly name = "ApiException";
  readonly method: string;
  readonly path: string;
  readonly kind: FailureKind;
  readonly ambiguous: boolean;
  readonly status: number | undefined;
  readonly title: string;
  readonly type: string | undefined;
  readonly errorCode: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly requestId: string | undefined;
  // A private field, as inspect also shows what is merely a getter's backing property.
  readonly #detail: string | undefined;

  constructor(failure: Failure, options?: ErrorOptions) {
    const { method, path, status, title } = failure;
    super([`${method} ${path}:`, status, title].filter((part) => part !== undefined).join(" "), options);
    this.method = method;
    this.path = path;
    this.kind = failure.kind;
    this.ambiguous = failure.ambiguous;
    this.status = status;
    this.title = title;
    this.type = failure.type;
    this.errorCode = failure.errorCode;
    this.retryAfterMs = failure.retryAfterMs;
    this.requestId = failure.requestId;
    this.#detail = failure.detail;
  }

  /** The service's explanation, bounded to 2000 characters. It may quote an email address: never log it. */
  get detail(): string | undefined {
    return this.#detail;
  }
}

/** An argument that cannot be right; nothing was sent. The message names fields and rules, never values. */
export class InvalidArgument extends Error {
  override readonly name = "InvalidArgument";
  /** The argument or the field of it, such as `limit`. */
  readonly field: string;

  constructor(field: string, problem: string) {
    super(problem);
    this.field = field;
  }
}
