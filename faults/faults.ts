import { Command, CommanderError } from "commander";
import { speedUp } from "./clock.ts";
import { whole } from "./whole.ts";

const program = new Command("npm run faults --")
  .description(
    "Runs the whole system on this machine, breaks everything around it, and compares what has become of everybody " +
      "with what had to. Exits with 1 when anything was lost or anybody wrongly treated, with 2 for wrong use.",
  )
  .option("--events <count>", "how many deliveries, copies included", whole(100), 100_000)
  .option("--people <count>", "about how many people (default: one for 20 events, at most 5000)", whole(10))
  .option("--seed <number>", "which plan: the same seed sends the same and breaks the same", whole(0), 1)
  .option("--scale <factor>", "how much faster than outside time passes in the lab", whole(1), 5)
  .option("--json", "print the result as one line of JSON, last")
  .allowExcessArguments(false)
  .exitOverride();

try {
  program.parse();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exit(error.code === "commander.helpDisplayed" ? 0 : 2);
}
const given = program.opts<{ events: number; people?: number; seed: number; scale: number; json?: true }>();
const { events, seed, scale, people = Math.min(5_000, Math.max(10, Math.floor(events / 20))) } = given;
if (people * 4 > events) {
  console.error("error: a story takes four events or so: --events must be at least four times --people");
  process.exit(2);
}

const epoch = Date.now();
speedUp({ scale, epoch, skewMs: 0 });
// Only now, so that everything that keeps a clock is loaded into the lab's time.
const [{ run }, { bar, report }] = await Promise.all([import("./run.ts"), import("./report.ts")]);
const onProgress = bar(process.stderr);
const result = await run({ seed, events, people, scale, epoch, onProgress });
const { text, json, failed } = report(result, { seed, events, people, scale });
console.log(text);
if (given.json) console.log(JSON.stringify(json));
process.exit(failed ? 1 : 0);
