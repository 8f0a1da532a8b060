import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirmByTyping } from "../../ops/confirm.ts";

function terminal(isTTY: boolean, typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  const output = new PassThrough();
  return { input, output };
}
const confirm = ({ input, output }: ReturnType<typeof terminal>) => confirmByTyping("ann@example.com", input, output);

test("goes on when the very thing was typed", async () => {
  const { input, output } = terminal(true, " ann@example.com\n");
  await expect(confirm({ input, output })).resolves.toBeUndefined();
  expect(String(output.read())).toContain("Type ann@example.com");
});

test("stops at anything else", async () => {
  for (const typed of ["yes\n", "\n", "an@example.com\n"]) {
    await expect(confirm(terminal(true, typed))).rejects.toThrow("nothing was done");
  }
});

test("asks for --yes where nobody can type", async () => {
  await expect(confirm(terminal(false, "ann@example.com\n"))).rejects.toThrow("add --yes");
});
