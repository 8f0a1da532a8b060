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

/** Longer than it takes on a machine that is busy with other tests: how long is no matter here. */
const patience = { timeout: 1_200_000 };

it("loses nothing and wrongs nobody in 5,000 events", patience, async () => {
  const { code, stdout } = await faults("--events", "5000", "--seed", "1", "--json");
  const lines = stdout.trim().split("\n");
  // The histories of whoever was wronged stand before the last line: what there is to see when this fails.
  expect(code, lines.slice(0, 200).join("\n")).toBe(0);
  const result = JSON.parse(lines.at(-1) ?? "");
  expect(result).toMatchObject({
    events: 5000,
    lost: 0,
    wronglyDeleted: 0,
    overBudget: 0,
    leftBehind: 0,
    missing: 0,
    outOfDate: 0,
    stuck: 0,
    mailedTooOften: 0,
    told: 0,
  });
  // Before and after each of the steps after which nothing is as it was.
  for (const step of ["claim", "POST user", "PATCH user", "DELETE user", "PutItem EVENT"]) {
    const { before, after } = result.kills[`mortal: ${step}`];
    expect(Math.min(before, after), step).toBeGreaterThan(0);
  }
  const services = new Set(Object.keys(result.faults).map((name) => name.split(":")[0]));
  expect(services).toEqual(new Set(["arize", "dynamodb", "secrets", "sources", "sqs"]));
});
