import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { readRoster } from "../../ops/roster.ts";

const folder = mkdtempSync(join(tmpdir(), "roster-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function read(content: string | Buffer) {
  const file = join(folder, "roster.csv");
  writeFileSync(file, content);
  return all(readRoster(file));
}

test("reads what a line says, by the heading's names in any spelling", async () => {
  const lines = await read(
    '\uFEFFEmail,Name,Is Developer,department,Groups,status,Salary\n Ada@Example.com ,"Lovelace, Ada",yes,Labs,a; b,inactive,1\nbo@example.com,,,,,,\n',
  );
  expect(lines).toEqual([
    {
      line: 2,
      email: "ada@example.com",
      name: "Lovelace, Ada",
      role: undefined,
      isDeveloper: true,
      department: "Labs",
      groups: ["a", "b"],
      isActive: false,
    },
    {
      line: 3,
      email: "bo@example.com",
      name: undefined,
      role: undefined,
      isDeveloper: undefined,
      department: undefined,
      groups: [],
      isActive: true,
    },
  ]);
});

test("names the line that it cannot read, and never quotes it", async () => {
  const lines = await read("email,status\nada,active\nbo@example.com,gone\ncy@example.com\ndi@example.com,active\n");
  expect(lines).toMatchObject([
    { line: 2, problem: "email: malformed" },
    { line: 3, problem: expect.stringMatching(/^status: /) },
    { line: 4, problem: "more or fewer fields than line 1 names" },
    { line: 5, email: "di@example.com" },
  ]);
});

test("ends at what is no CSV, where it begins", async () => {
  const many = "x@example.com,Xi\n".repeat(10_000);
  expect((await read(`email,name\nada@example.com,Ada\n"bo@example.com,Bo\n${many}`)).slice(1)).toEqual([
    { line: 3, problem: "longer than 64 KB: is a quote not closed?; nothing behind it was read" },
  ]);
  expect((await read('email,name\n"ada@example.com,Ada\n')).at(-1)).toMatchObject({
    line: 2,
    problem: expect.stringContaining("never closed"),
  });
});

test("says of a spreadsheet's own format that it is no CSV", async () => {
  await expect(read("PK\u0003\u0004\u0000\u0000,email\nada@example.com\n")).rejects.toThrow("save it as CSV");
});

test("needs a file with a column of addresses", async () => {
  await expect(read("mail\nada@example.com\n")).rejects.toThrow('line 1 names no column "email"');
  await expect(all(readRoster(join(folder, "missing.csv")))).rejects.toThrow("ENOENT");
});

test("is not taken for one of which everybody is missing when it names nobody", async () => {
  for (const content of ["", "email,name\n", "\n\n"]) await expect(read(content)).rejects.toThrow("names nobody");
});

test("reads 100,000 lines in a heap that could not hold them", async () => {
  const file = join(folder, "large.csv");
  const filler = "x".repeat(1_000);
  writeFileSync(file, "email,name,note\n");
  const thousand = (from: number) =>
    Array.from({ length: 1_000 }, (_, n) => `user${from + n}@example.com,Somebody,${filler}\n`);
  for (let from = 0; from < 100_000; from += 1_000) appendFileSync(file, thousand(from).join(""));
  const module = new URL("../../ops/roster.ts", import.meta.url).href;
  const program = `import { readRoster } from ${JSON.stringify(module)};
    let count = 0;
    for await (const line of readRoster(${JSON.stringify(file)})) count++;
    console.log(count);`;
  const args = ["--max-old-space-size=48", "--input-type=module", "--eval", program];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  expect(stdout).toBe("100000\n");
}, 60_000);
