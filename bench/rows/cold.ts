import { localSecrets, secretIds } from "../../local/environment.ts";
import { oktaRequest } from "../../local/signed-requests.ts";
import { bundleBench, bundleKitchen, bundleOurs } from "../build.ts";
import { type ColdStart, coldStart } from "../cold-start.ts";
import { batchOf, eventOf, requestOf } from "../events.ts";
import type { Bench, Group } from "../group.ts";
import { openLaboratory } from "../laboratory.ts";
import { atMost, type Row } from "../row.ts";

/** What 1024 MB get of one CPU: Lambda gives a whole one at 1769 MB. */
const cpuShare = 1024 / 1769;
const functions = ["ingest", "provision"] as const;
type Name = (typeof functions)[number];

interface Round {
  bare: ColdStart;
  ours: Record<Name, ColdStart>;
  kitchen: Record<Name, ColdStart>;
}

/** Rows 2 to 5: cold starts of both functions, of the kitchen worker's, and of a function that does nothing, in turn. */
export const cold: Group = async (bench) => {
  const rounds = await run(bench);
  const of = (name: Name, measure: (ours: ColdStart, kitchen: ColdStart, bare: ColdStart) => number) =>
    rounds.map(({ ours, kitchen, bare }) => measure(ours[name], kitchen[name], bare));
  const rows = functions.flatMap((name): Row[] => [
    atMost(
      0.6,
      "x RK",
      `2 cold CPU, init and first invoke, of ${name}`,
      of(name, (a, b) => cpu(a) / cpu(b)),
    ),
    atMost(
      0.15,
      "x RK",
      `3 CPU of the first invoke of ${name}`,
      of(name, (a, b) => a.invoke / b.invoke),
    ),
    atMost(
      1.6,
      "x bare Node",
      `5 peak memory of ${name}`,
      of(name, (a, _, bare) => a.peak / bare.peak),
    ),
  ]);
  const answerMs = of("ingest", (ours) => (ours.start + cpu(ours)) / 1000 / cpuShare);
  rows.push(atMost(300, "ms", "4 cold hook answer, all of its CPU at the share of 1024 MB", answerMs));
  return rows;
};

function cpu({ init, invoke }: ColdStart): number {
  return init + invoke;
}

async function run({ folder, rounds, progress }: Bench): Promise<Round[]> {
  const [child, bare] = [await bundleBench("child", folder), await bundleBench("r0", folder)];
  const files = {
    ours: { ingest: await bundleOurs("ingest", folder), provision: await bundleOurs("provision", folder) },
    kitchen: { ingest: await bundleKitchen("ingest", folder), provision: await bundleKitchen("provision", folder) },
  };
  const laboratory = await openLaboratory(folder);
  const start = ({ file }: { file: string }, event: unknown) =>
    coldStart(child.file, file, event, { folder, environment: laboratory.environment });
  const both = async (of: typeof files.ours, round: string) => ({
    ingest: await start(of.ingest, hook()),
    provision: await start(of.provision, batchOf([eventOf("joiner", `${round}@example.com`)])),
  });
  const measured: Round[] = [];
  // The first round warms up the disk, the emulators and this process.
  for (let round = 0; round <= rounds; round++) {
    progress(`cold starts, round ${round} of ${rounds}`);
    const kitchen = await both(files.kitchen, `rk${round}`);
    const ours = await both(files.ours, `ours${round}`);
    if (round > 0) measured.push({ bare: await start(bare, {}), ours, kitchen });
  }
  await laboratory.close();
  return measured;
}

function hook() {
  const secret = localSecrets[secretIds.okta];
  const eventType = "user.lifecycle.activate";
  return requestOf(oktaRequest({ secret, eventType, email: "ada@example.com", name: "Ada Example" }));
}
