import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from "node:fs";

const newline = 0x0a;

/**
 * An append-only file of JSON lines: what `append` has returned from survives the death of the process. A last line
 * that was torn by it is cut off, as nobody was ever told that it happened.
 */
export class Journal {
  readonly #descriptor: number;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** Opens the file, creating it if need be, and hands every line of it to `replay`. */
  static open(file: string, replay: (entry: unknown) => void): Journal {
    const content = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    let start = 0;
    for (let end = content.indexOf(newline); end !== -1; end = content.indexOf(newline, start)) {
      replay(JSON.parse(content.toString("utf8", start, end)));
      start = end + 1;
    }
    const descriptor = openSync(file, "a", 0o600);
    ftruncateSync(descriptor, start);
    return new Journal(descriptor);
  }

  append(entry: unknown): void {
    writeSync(this.#descriptor, `${JSON.stringify(entry)}\n`);
  }

  clear(): void {
    ftruncateSync(this.#descriptor, 0);
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}
