import { speedUp } from "./clock.ts";
import { draw } from "./draw.ts";

/**
 * Loaded by a function's process before anything else (`--import`): puts it into the lab's time, with a clock that is a
 * little wrong, and lets it tell how much memory it has.
 */
const { LAB_SCALE = "1", LAB_EPOCH = "0", LAB_SEED = "0", LAB_WORKER = "" } = process.env;
const every = setInterval;
// Less than the two seconds that a worker keeps back for writing down an outcome: Lambda's own deadline has no skew.
const skewMs = Math.round((draw(LAB_SEED, "skew", LAB_WORKER) - 0.5) * 3_000);
speedUp({ scale: Number(LAB_SCALE), epoch: Number(LAB_EPOCH), skewMs });
every(() => console.log(JSON.stringify({ memory: process.memoryUsage.rss() })), 500).unref();
