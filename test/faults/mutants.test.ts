import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const patches = readdirSync(new URL("../mutants/", import.meta.url)).filter((name) => name.endsWith(".patch"));

it("there are eight of them", () => {
  expect(patches).toHaveLength(8);
});

// Whether the lab notices each of them takes minutes: `npm run faults:mutants`. That they still are what they were is quick.
it.each(patches)("%s still fits the code", (patch) => {
  execFileSync("git", ["apply", "--check", `test/mutants/${patch}`], { cwd: root, stdio: "pipe" });
});

const program = fileURLToPath(new URL("../../faults/mutants.ts", import.meta.url));

it.each([
  [["--events", "5"], "whole number from 100"],
  [["--seed", "one"], "whole number from 0"],
  [["--only", "nothing"], "no such mutant"],
])("says what is wrong with %j", (args, message) => {
  const { status, stderr } = spawnSync(process.execPath, [program, ...args], { encoding: "utf8" });
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});
