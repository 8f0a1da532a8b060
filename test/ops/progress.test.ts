import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Progress } from "../../ops/progress.ts";

function output(isTTY: boolean) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  return { stream, written: () => String(stream.read() ?? "") };
}

test("draws a bar on a terminal and takes it away again", () => {
  const { stream, written } = output(true);
  const progress = new Progress("queued", 1_000, stream);
  progress.add(500);
  expect(written()).toContain(`queued [${"#".repeat(12)}${" ".repeat(12)}] 500 of 1,000`);
  progress.end();
  expect(written()).toBe("\r\u001b[K");
});

test("counts where nobody knows how much there is", () => {
  const { stream, written } = output(true);
  new Progress("items", undefined, stream).add(1_234);
  expect(written()).toContain("items 1,234");
});

test("says nothing to another program", () => {
  const { stream, written } = output(false);
  const progress = new Progress("queued", 10, stream);
  progress.add(5);
  progress.end();
  expect(written()).toBe("");
});
