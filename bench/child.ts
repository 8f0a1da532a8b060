import { readFileSync, writeFileSync } from "node:fs";

/**
 * One cold start, in a process of its own: `child.mjs <module> <event file> <result file>`. Imports the module as Lambda's
 * init does, hands it one event, and writes down what each step took of the CPU (microseconds, all threads).
 */
const [module = "", eventFile = "", resultFile = ""] = process.argv.slice(2);

const event: unknown = JSON.parse(readFileSync(eventFile, "utf8"));
const end = Date.now() + 60_000;
const context = { awsRequestId: "bench", functionName: "bench", getRemainingTimeInMillis: () => end - Date.now() };

const startUs = spent();
const { handler } = await import(module);
const loadedUs = spent();
const asked = performance.now();
const answer: unknown = await handler(event, context);
const invokeMs = performance.now() - asked;
const answeredUs = spent();

const result = {
  start: startUs,
  init: loadedUs - startUs,
  invoke: answeredUs - loadedUs,
  invokeMs,
  // Of the whole life of the process, in KiB.
  peak: process.resourceUsage().maxRSS,
  answer,
};
writeFileSync(resultFile, JSON.stringify(result));
process.exit(0);

function spent(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}
