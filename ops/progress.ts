import type { Output } from "./print.ts";

const width = 24;

/** Shows on a terminal how far something long has come; elsewhere nothing. */
export class Progress {
  readonly #label: string;
  readonly #total: number | undefined;
  readonly #output: Output;
  #done = 0;
  #drawnAt = 0;

  constructor(label: string, total?: number, output: Output = process.stderr) {
    this.#label = label;
    this.#total = total;
    this.#output = output;
  }

  add(count = 1): void {
    this.#done += count;
    const now = Date.now();
    if (!this.#output.isTTY || now - this.#drawnAt < 100) return;
    this.#drawnAt = now;
    this.#output.write(`\r\x1b[K${this.#line()}`);
  }

  /** Takes the line away. */
  end(): void {
    if (this.#output.isTTY && this.#drawnAt > 0) this.#output.write("\r\x1b[K");
  }

  #line(): string {
    const done = this.#done.toLocaleString("en");
    if (this.#total === undefined) return `${this.#label} ${done}`;
    const filled = Math.round((width * Math.min(this.#done, this.#total)) / Math.max(1, this.#total));
    return `${this.#label} [${"#".repeat(filled)}${" ".repeat(width - filled)}] ${done} of ${this.#total.toLocaleString("en")}`;
  }
}
