import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lockData } from "../../local/data-lock.ts";

test("gives a directory to one at a time, and makes it when it is not there", () => {
  const dir = join(mkdtempSync(join(tmpdir(), "lock-")), "deeper");
  const first = lockData(dir);
  expect(() => lockData(dir)).toThrow(`the data in ${dir} is in use by another process`);
  first.release();
  lockData(dir).release();
});
