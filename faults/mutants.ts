import { execFile, execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command, CommanderError } from "commander";
import { nonZeros } from "./lab-result.ts";
import { whole } from "./whole.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const patches = fileURLToPath(new URL("../test/mutants/", import.meta.url));

const program = new Command("npm run faults:mutants --")
  .description(
    "Breaks a copy of the code in each of the ways in test/mutants, and shows that the fault lab notices. " +
      "Exits with 1 when one of them goes unnoticed, the lab does not come to a result, or the code as it is does not pass.",
  )
  .option("--events <count>", "how many events each of them gets", whole(100), 4000)
  .option("--seed <number>", "which plan", whole(0), 1)
  .option("--only <name>", "this mutant alone")
  .allowExcessArguments(false)
  .exitOverride();

try {
  program.parse();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exit(error.code === "commander.helpDisplayed" ? 0 : 2);
}
const { events, seed, only } = program.opts<{ events: number; seed: number; only?: string }>();

const names = readdirSync(patches).filter(
  (file) => file.endsWith(".patch") && (!only || basename(file, ".patch") === only),
);
if (names.length === 0) {
  console.error("error: there is no such mutant");
  process.exit(2);
}
let surprises = 0;
for (const patch of only === undefined ? [undefined, ...names] : names) {
  const begun = performance.now();
  const noticed = await runLab(patch);
  const isRight = noticed !== undefined && (patch === undefined) === (noticed === "");
  if (!isRight) surprises++;
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(
    `${basename(patch ?? "the code as it is", ".patch").padEnd(32)} ${wordsOf(noticed, isRight)} (${seconds} s)`,
  );
}
process.exit(surprises === 0 ? 0 : 1);

function wordsOf(noticed: string | undefined, isRight: boolean): string {
  if (noticed === undefined) return "NO RESULT: the lab did not come to one";
  if (noticed === "") return isRight ? "passes" : "NOT NOTICED";
  return `noticed: ${noticed}`;
}

/** Runs the lab on a copy with this patch. @returns as `nonZeros` */
async function runLab(patch: string | undefined): Promise<string | undefined> {
  const copy = mkdtempSync(join(tmpdir(), "mutant-"));
  try {
    for (const name of ["lib", "functions", "local", "ops", "faults", "test", "lifecycle.config.ts", "package.json"]) {
      cpSync(join(root, name), join(copy, name), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    if (patch !== undefined) execFileSync("git", ["apply", join(patches, patch)], { cwd: copy });
    const args = [join(copy, "faults", "faults.ts"), "--events", String(events), "--seed", String(seed), "--json"];
    const { code, printed } = await new Promise<{ code: unknown; printed: string }>((resolve) => {
      execFile(process.execPath, args, { maxBuffer: 2 ** 28 }, (error, printed) =>
        resolve({ code: error?.code ?? 0, printed }),
      );
    });
    const found = nonZeros(printed);
    // What it says has to be what it ends with: a check in a pipeline reads only that.
    return code === (found === "" ? 0 : 1) ? found : undefined;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
