const redacted = "[REDACTED]";

/**
 * A value that must not be shown: it prints as `[REDACTED]` in strings, templates, JSON, `util.inspect` and structured
 * logs. The value itself comes out of `reveal()` only, so that each place which needs it can be searched for.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Hand it to the person it belongs to, and nowhere else. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.toPrimitive](): string {
    return redacted;
  }

  // The name that util.inspect looks for, and with it console.log and assertion messages.
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}
