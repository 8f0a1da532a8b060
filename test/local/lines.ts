import { EventEmitter, on } from "node:events";
import type { Line } from "../../local/report.ts";

/** Collects lines, and waits for the ones that a test is about. */
export function collectLines() {
  const lines: Line[] = [];
  const emitter = new EventEmitter();
  return {
    lines,
    onLine: (line: Line) => {
      lines.push(line);
      emitter.emit("line");
    },
    /** The first `count` lines that fit, once they are there. */
    async waitFor(fits: (line: Line) => boolean, count = 1): Promise<Line[]> {
      const found = () => lines.filter(fits).slice(0, count);
      // Listening before looking: a line in between must not be missed.
      const more = on(emitter, "line");
      while (found().length < count) await more.next();
      await more.return?.();
      return found();
    },
  };
}
