import { RetryLater } from "../../errors.ts";
import type { Calls } from "./calls.ts";

const confirmedForMs = 5 * 60_000;

/** Whether the API key is one of the right account, remembered for five minutes and for that key. */
export class Account {
  readonly #now: () => number;
  #confirmed = { key: "", at: Number.NEGATIVE_INFINITY };

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Makes sure that the key sees its own owner.
   * @param key the API key, so that another one is asked anew
   * @throws RetryLater `wrong_account` when it does not, and what the call throws
   */
  async confirm(calls: Calls, apiKeyOwner: string, key: string): Promise<void> {
    if (this.#confirmed.key === key && this.#now() - this.#confirmed.at < confirmedForMs) return;
    const owner = await calls.read((client, options) => client.find(apiKeyOwner, options));
    if (owner === undefined) throw new RetryLater("wrong_account", { message: "the API key does not see its owner" });
    this.#confirmed = { key, at: this.#now() };
  }
}
