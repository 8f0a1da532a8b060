import { fileURLToPath } from "node:url";

/**
 * How every function is bundled, in the words that CDK and esbuild share; both make one ES module of it. Bundling the SDK
 * loads faster than the runtime's own. Minified, since a cold start compiles every byte, but with the names of functions
 * kept: the frames in the log are to be read.
 */
export const bundle = {
  target: "node24",
  mainFields: ["module", "main"],
  minify: true,
  keepNames: true,
};

const builtin = (name: string) => fileURLToPath(new URL(`./builtins/${name}`, import.meta.url));

/** What is bundled in the place of something else; each file says why. */
export const bundleAliases = {
  "node:http": builtin("http.cjs"),
  "node:process": builtin("process.cjs"),
  "@aws-sdk/credential-provider-node": builtin("credentials.ts"),
};
