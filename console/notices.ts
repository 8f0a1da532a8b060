import { randomUUID } from "node:crypto";

/** What a page says once, after a form was sent. */
export interface Notice {
  tone: "good" | "bad" | "wait";
  text: string;
}

const kept = 100;

/** Notices by the id that the address of the next page carries: what they say may name people, and is kept here only. */
export class Notices {
  readonly #notices = new Map<string, Notice>();

  /** @returns the id */
  add(notice: Notice): string {
    const id = randomUUID();
    this.#notices.set(id, notice);
    const [oldest] = this.#notices.keys();
    if (this.#notices.size > kept && oldest !== undefined) this.#notices.delete(oldest);
    return id;
  }

  find(id: string | undefined): Notice | undefined {
    return id === undefined ? undefined : this.#notices.get(id);
  }
}
