import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { localSecrets, secretIds } from "../../local/environment.ts";
import { bundleBench, bundleOurs } from "../build.ts";
import { batchOf, eventOf } from "../events.ts";
import type { Group } from "../group.ts";
import { openLaboratory, startFunction } from "../laboratory.ts";
import { atMost, type Row } from "../row.ts";

const calls = 100;

/** Row 8: the CPU of one call to Arize beside global fetch, and the TLS connections that a warm invoke opens. */
export const client: Group = async ({ folder, rounds, progress }) => {
  const [program, provision] = [await bundleBench("client-child", folder), await bundleOurs("provision", folder)];
  const laboratory = await openLaboratory(folder);
  const { environment, fronts } = laboratory;
  const spent = async (mode: "ours" | "fetch") => {
    const args = [program.file, mode, fronts.arize.url, localSecrets[secretIds.arize], String(calls)];
    return Number((await promisify(execFile)(process.execPath, args, { env: environment })).stdout);
  };
  const samples: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    progress(`calls to Arize, round ${round} of ${rounds}`);
    const theirs = await spent("fetch");
    samples.push((await spent("ours")) / theirs);
  }
  const rows: Row[] = [atMost(0.6, "x fetch", "8 client CPU per Arize call", samples)];
  const worker = await startFunction(provision.file, laboratory);
  const opened = () => Object.values(fronts).reduce((sum, front) => sum + front.connections(), 0);
  await worker.invoke(batchOf([eventOf("joiner", "first@example.com")]));
  const before = opened();
  await worker.invoke(batchOf([eventOf("leaver", "first@example.com")]));
  rows.push(atMost(0, "connections", "8 new TLS connections of a warm invoke", [opened() - before]));
  await worker.stop();
  await laboratory.close();
  return rows;
};
