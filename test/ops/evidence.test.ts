import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { verifyEvidence, writeEvidence } from "../../ops/evidence.ts";
import { operator } from "../support/operator.ts";
import { eventOf, workbench } from "../support/workbench.ts";

const ada = "ada@example.com";
const everything = { redact: false, goalMs: 300_000, activity: false };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "evidence-"));
  onTestFinished(() => {
    rmSync(made, { recursive: true });
    delete process.env.EVIDENCE_KEY_FILE;
  });
  return made;
}

it("writes a bundle that verifies with the public key alone, and no more once a byte of it was changed", async () => {
  const bench = await workbench();
  bench.fake.seed({ email: ada });
  bench.fake.change({ auditLogging: true });
  const leaver = eventOf("leaver", ada, { person: { externalId: "u1" } });
  await bench.deliver([leaver]);
  const dir = folder();
  const [out, key] = [join(dir, "bundle"), join(dir, "key.pem")];
  const answer = await writeEvidence(
    await operator(),
    { ...everything, from: "2020-01-01T00:00:00Z", activity: true },
    out,
    key,
  );
  expect(answer).toMatchObject({ leavers: 1, newKey: key });
  expect(answer.files.every((file) => existsSync(file))).toBe(true);
  expect(statSync(key).mode & 0o777).toBe(0o600);
  const document = JSON.parse(readFileSync(join(out, "evidence.json"), "utf8"));
  expect(document.entries).toMatchObject([
    { event: leaver.id, email: ada, outcome: "removed", activity: [], verifiedBy: { status: 404 } },
  ]);
  const known = join(dir, "known.pem");
  writeFileSync(known, readFileSync(join(out, "public-key.pem")));
  expect(await verifyEvidence(out, known)).toEqual([]);
  writeFileSync(
    join(out, "evidence.html"),
    readFileSync(join(out, "evidence.html"), "utf8").replace("Removed", "removed"),
  );
  expect(await verifyEvidence(out, known)).toEqual(["evidence.html was changed"]);
});

it("goes on signing with the same key, and writes over nothing", async () => {
  await workbench();
  const dir = folder();
  const [out, key] = [join(dir, "bundle"), join(dir, "key.pem")];
  await writeEvidence(await operator(), { ...everything, email: ada }, out, key);
  const { newKey } = await writeEvidence(await operator(), { ...everything, email: ada }, join(dir, "another"), key);
  expect(newKey).toBeUndefined();
  expect(readFileSync(join(dir, "another", "public-key.pem"))).toEqual(readFileSync(join(out, "public-key.pem")));
  await expect(writeEvidence(await operator(), { ...everything, email: ada }, out, key)).rejects.toThrow(
    "is not empty",
  );
});
