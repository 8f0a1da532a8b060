import { createHash, createHmac } from "node:crypto";
import type { LifecycleEvent } from "./event.ts";
import { normalizeEmail } from "./event.ts";

/**
 * The names under which people appear in the ledger's keys and in queue attributes: keyed hashes, since a plain hash of
 * an email address is undone by trying addresses. The key must never change: it is how the ledger finds people again.
 */
export class Identity {
  readonly #key: string;

  constructor(key: string) {
    this.#key = key;
  }

  /** The person behind an email address: 22 characters, 132 bits. */
  person(email: string): string {
    return this.#hash(`email:${normalizeEmail(email)}`);
  }

  /** The SQS message group of an event: one person where the email is known, else one id at one source. */
  group(event: Pick<LifecycleEvent, "source" | "person">): string {
    const { email, externalId } = event.person;
    return email === undefined ? this.#hash(`id:${event.source}:${externalId}`) : this.person(email);
  }

  #hash(text: string): string {
    return createHmac("sha256", this.#key).update(text).digest("base64url").slice(0, 22);
  }
}

/**
 * SQS swallows a deduplication id it saw within five minutes, hence the attempt in it; kind and time are there for senders
 * who use an id of the person as that of the event.
 */
export function deduplicationId({ id, attempt, kind, occurredAt }: LifecycleEvent): string {
  return createHash("sha256")
    .update(JSON.stringify([id, attempt, kind, occurredAt]))
    .digest("hex");
}
