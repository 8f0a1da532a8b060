/**
 * Addresses that this process has met, by the hashes that stand for people in histories and in the console's own addresses.
 * Histories hold no address, and none belongs into a URL; so the console remembers whom it was asked about, and whom it read of.
 */
export class KnownPeople {
  readonly #emails = new Map<string, string>();

  remember(person: string, email: string): void {
    this.#emails.set(person, email);
  }

  emailOf(person: string): string | undefined {
    return this.#emails.get(person);
  }
}
