import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const program = fileURLToPath(new URL("../../faults/faults.ts", import.meta.url));

function faults(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

it.each([
  [["--events", "many"], "whole number"],
  [["--events", "100", "--people", "90"], "four times"],
  [["--nonsense"], "unknown option"],
])("says what is wrong with %j", async (args, message) => {
  const { code, stderr } = await faults(...args);
  expect(stderr).toContain(message);
  expect(code).toBe(2);
});

it("has help", async () => {
  const { code, stdout } = await faults("--help");
  expect(stdout).toContain("--seed");
  expect(code).toBe(0);
});
