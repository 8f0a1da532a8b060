import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** One folder for whatever a run leaves in the temporary one: CDK writes an assembly for each app and takes none away. */
export default function temporary(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "lifecycle-tests-"));
  process.env.TMPDIR = folder;
  return () => rmSync(folder, { recursive: true, force: true });
}
