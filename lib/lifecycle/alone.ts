/**
 * Lets suspects of a batch wait until everybody else in it is through, and then go one at a time, those with the fewest
 * crashes first: an event that kills its worker then takes nobody along.
 */
export class Alone {
  #atWork: number;
  readonly #waiting: { crashes: number; start: () => void }[] = [];

  /** @param people how many people the batch has: each is at work until it says otherwise */
  constructor(people: number) {
    this.#atWork = people;
  }

  /** Called by a person at work. Resolves when nobody else is; they are at work again then. */
  wait(crashes: number): Promise<void> {
    return new Promise((start) => {
      this.#waiting.push({ crashes, start });
      this.leave();
    });
  }

  /** Called when a person is through with the batch. */
  leave(): void {
    this.#atWork--;
    if (this.#atWork > 0) return;
    this.#waiting.sort((a, b) => a.crashes - b.crashes);
    const next = this.#waiting.shift();
    if (!next) return;
    this.#atWork++;
    next.start();
  }
}
