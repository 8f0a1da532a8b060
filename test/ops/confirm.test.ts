import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { confirmByTyping, deletesNobody } from "../../ops/confirm.ts";

function terminal(isTTY: boolean, typed: string) {
  const input = Object.assign(new PassThrough(), { isTTY });
  input.end(typed);
  const output = new PassThrough();
  return { input, output };
}
const confirm = (at: ReturnType<typeof terminal>) => confirmByTyping("ann@example.com", undefined, at);

test("goes on when the very thing was typed", async () => {
  const at = terminal(true, " ann@example.com\n");
  await expect(confirm(at)).resolves.toBeUndefined();
  expect(String(at.output.read())).toBe("This cannot be undone. Type ann@example.com to go on: ");
});

test("says of what harms nobody that it does not", async () => {
  const at = terminal(true, "apply 2\n");
  await confirmByTyping("apply 2", deletesNobody, at);
  expect(String(at.output.read())).toMatch(/^Nobody is deleted by it.*Type apply 2 to go on: $/);
});

test("stops at anything else", async () => {
  for (const typed of ["yes\n", "\n", "an@example.com\n"]) {
    await expect(confirm(terminal(true, typed))).rejects.toThrow("nothing was done");
  }
});

test("asks for --yes where nobody can type", async () => {
  await expect(confirm(terminal(false, "ann@example.com\n"))).rejects.toThrow("add --yes");
});
