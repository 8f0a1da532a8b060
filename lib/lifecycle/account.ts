import { RetryLater } from "../errors.ts";
import type { Calls } from "./calls.ts";

const confirmedForMs = 5 * 60_000;

/** Whether the API key is one of the right account, remembered for five minutes. */
export class Account {
  readonly #now: () => number;
  #confirmedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Makes sure that the key sees its own owner.
   * @throws RetryLater `wrong_account` when it does not, and what the call throws
   */
  async confirm(calls: Calls, apiKeyOwner: string): Promise<void> {
    if (this.#now() - this.#confirmedAt < confirmedForMs) return;
    const owner = await calls.read((client, options) => client.find(apiKeyOwner, options));
    if (owner === undefined) throw new RetryLater("wrong_account", { message: "the API key does not see its owner" });
    this.#confirmedAt = this.#now();
  }
}
