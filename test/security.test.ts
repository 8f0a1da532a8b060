import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as z from "zod/mini";

/** What SECURITY.md says about tests and dependencies is so. */
const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), "utf8");
const text = read("SECURITY.md");

/** The lines of the table under a heading, without its own two. */
function rows(heading: string): string[] {
  const [, section = ""] = text.split(`\n## ${heading}\n`);
  const lines = section.split("\n## ")[0]?.split("\n") ?? [];
  return lines.filter((line) => line.startsWith("| ")).slice(1);
}
const lastCell = (row: string) => row.split("|").at(-2)?.trim() ?? "";
const references = [...rows("Threats"), ...rows("What is proven")].map((row) => [lastCell(row)]);

describe("the tests that SECURITY.md names", () => {
  it("are many", () => {
    expect(rows("Threats").length).toBeGreaterThan(15);
    expect(rows("What is proven").length).toBeGreaterThan(20);
  });

  it.each(references)("%s", (cell) => {
    const [files = "", ...name] = cell.split(/`: /);
    const paths = [...cell.matchAll(/`(test\/[\w/.-]+\.test\.ts)`/g)].map(([, path]) => path ?? "");
    expect(paths.length, files).toBeGreaterThan(0);
    const title = name.join("`: ");
    for (const path of paths) expect(read(path)).toContain(title === "" ? "" : JSON.stringify(title));
  });

  it.each(rows("What is proven"))("%s names its test", (row) => {
    expect(lastCell(row)).toMatch(/^`test\/[\w/.-]+\.test\.ts`: \S/);
  });
});

const packageSchema = z.looseObject({
  dependencies: z.record(z.string(), z.string()),
  devDependencies: z.record(z.string(), z.string()),
  allowScripts: z.record(z.string(), z.boolean()),
});
const lockSchema = z.looseObject({
  packages: z.record(z.string(), z.looseObject({ hasInstallScript: z.optional(z.boolean()) })),
});
const names = (row: string) => [...(row.split("|")[1]?.matchAll(/`([^`]+)`/g) ?? [])].map(([, name]) => name ?? "");

describe("the dependencies", () => {
  const manifest = packageSchema.parse(JSON.parse(read("package.json")));
  const all = { ...manifest.dependencies, ...manifest.devDependencies };

  it("are those that SECURITY.md explains, pinned exactly", () => {
    expect(rows("Dependencies").flatMap(names).toSorted()).toEqual(Object.keys(all).toSorted());
    for (const version of Object.values(all)) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("run install scripts where that is allowed, which SECURITY.md says, and nowhere else", () => {
    const { packages } = lockSchema.parse(JSON.parse(read("package-lock.json")));
    const running = Object.entries(packages).flatMap(([path, { hasInstallScript }]) =>
      hasInstallScript === true ? [path.split("node_modules/").at(-1) ?? ""] : [],
    );
    // Only macOS has the one package beside these: a watcher of files, which works without its script.
    const expected = Object.keys(manifest.allowScripts).toSorted();
    expect([...new Set(running)].filter((name) => name !== "fsevents").toSorted()).toEqual(expected);
    for (const name of expected) expect(text).toContain(`\`${name}\``);
  });
});
