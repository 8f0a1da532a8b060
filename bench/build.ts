import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { bundle, bundleAliases } from "../infra/bundle.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

export const functionNames = ["ingest", "provision", "reconcile", "dead-letters"] as const;
export type FunctionName = (typeof functionNames)[number];

/** One bundled module: where it is, how many bytes it has, and what they are made of. */
export interface Bundle {
  file: string;
  bytes: number;
  metafile: Metafile;
}

const asModule = { bundle: true, platform: "node", format: "esm", absWorkingDir: root, logLevel: "error" } as const;

/** What Powertools' own CDK example bundles a function with, AWS SDK included. */
const vendors: BuildOptions = {
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  keepNames: true,
  sourcemap: true,
  banner: { js: 'import { createRequire } from "module";const require = createRequire(import.meta.url);' },
};

/** Bundles one of our functions as the stack does. */
export function bundleOurs(name: FunctionName, folder: string): Promise<Bundle> {
  return make(`functions/${name}.ts`, join(folder, `${name}.mjs`), { ...bundle, alias: bundleAliases });
}

/** Bundles one of the kitchen worker's. */
export function bundleKitchen(name: "ingest" | "provision", folder: string): Promise<Bundle> {
  return make(`bench/rk/${name}.ts`, join(folder, `rk-${name}.mjs`), vendors);
}

/** Bundles a program of the bench, so that what it measures contains no stripping of types. */
export function bundleBench(name: string, folder: string): Promise<Bundle> {
  return make(`bench/${name}.ts`, join(folder, `${name}.mjs`), bundle);
}

async function make(entry: string, file: string, options: BuildOptions): Promise<Bundle> {
  const { metafile } = await build({ ...asModule, ...options, entryPoints: [entry], outfile: file, metafile: true });
  const [output] = Object.entries(metafile.outputs).filter(([name]) => name.endsWith(".mjs"));
  return { file, bytes: output?.[1].bytes ?? 0, metafile };
}
