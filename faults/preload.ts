import { skewOf, speedUp } from "./clock.ts";

/**
 * Loaded by a function's process before anything else (`--import`): puts it into the lab's time, with a clock that is a
 * little wrong, and lets it tell how much memory it has.
 */
const { LAB_SCALE = "1", LAB_EPOCH = "0", LAB_SEED = "0", LAB_WORKER = "" } = process.env;
const every = setInterval;
speedUp({ scale: Number(LAB_SCALE), epoch: Number(LAB_EPOCH), skewMs: skewOf(LAB_SEED, LAB_WORKER) });
every(() => console.log(JSON.stringify({ memory: process.memoryUsage.rss() })), 500).unref();
