import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { NothingToStart, nodeProblem, parseOptions } from "../../local/options.ts";

const pathOf = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
let written = "";
beforeEach(() => {
  written = "";
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      written += String(text);
      return true;
    });
  }
});
afterEach(() => {
  vi.restoreAllMocks();
});

function exitCodeOf(argv: string[], variables: NodeJS.ProcessEnv = {}): number | undefined {
  try {
    parseOptions(argv, variables);
  } catch (error) {
    if (error instanceof NothingToStart) return error.exitCode;
    throw error;
  }
  return undefined;
}

test("has defaults", () => {
  const config = pathOf("local/lifecycle.config.ts");
  expect(parseOptions([], {})).toEqual({ portBase: 4600, dataDir: undefined, config, service: undefined });
});

test("reads everything", () => {
  const config = pathOf("lifecycle.config.ts");
  const argv = ["--port-base", "5000", "--data", "/tmp/x", "--config", config];
  expect(parseOptions(argv, {})).toEqual({ portBase: 5000, dataDir: "/tmp/x", config, service: undefined });
});

test("takes the real service's key from the environment, and the deployment's configuration with it", () => {
  const config = pathOf("lifecycle.config.ts");
  const service = { url: "https://api.arize.com", apiKey: "k" };
  expect(parseOptions(["--live"], { ARIZE_API_KEY: "k" })).toMatchObject({ config, service });
  const other = { ARIZE_API_KEY: "k", ARIZE_BASE_URL: "https://arize.example.com" };
  expect(parseOptions(["--live"], other)).toMatchObject({ service: { url: "https://arize.example.com" } });
  expect(parseOptions([], other).service).toBeUndefined();
  expect(parseOptions(["--live", "--data", "/tmp/x"], other).dataDir).toBe("/tmp/x/live");
});

test.each([
  [["--live"], "ARIZE_API_KEY"],
  [["--port-base", "80"], "1024 to 65000"],
  [["--port-base", "65001"], "1024 to 65000"],
  [["--port-base", "1e4"], "1024 to 65000"],
  [["--config", "/does/not/exist.ts"], "/does/not/exist.ts"],
  [["--unknown"], "unknown option"],
  [["extra"], "too many arguments"],
])("refuses %j", (argv, told) => {
  expect(exitCodeOf(argv)).toBe(2);
  expect(written).toContain(told);
});

test("only helps when asked for help", () => {
  expect(exitCodeOf(["--help"])).toBe(0);
  expect(written).toContain("--port-base");
});

test.each([
  ["20.20.2", true],
  ["22.17.1", true],
  ["22.18.0", false],
  ["24.21.0", false],
])("Node %s is too old: %s", (version, old) => {
  expect(nodeProblem(version) !== undefined).toBe(old);
});
