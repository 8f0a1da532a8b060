import { html } from "hono/html";
import type { Lane } from "../../lib/queue.ts";
import type { Markup } from "../markup/markup.ts";
import { duration } from "../markup/times.ts";
import type { AgeSample } from "../monitor.ts";
import { lineChart } from "./line-chart.ts";
import { percentAlong } from "./scale.ts";

/** More points than pixels tell nothing more. */
const points = 150;
const shortestSpanMs = 60_000;

/** How old the oldest message of each lane was, since the console has been looking. */
export function ageChart(samples: readonly AgeSample[]): Markup {
  const [first] = samples;
  const last = samples.at(-1);
  if (first === undefined || last === undefined) return html`<p class="nothing">Nothing was seen yet.</p>`;
  const from = Math.min(first.at, last.at - shortestSpanMs);
  const shown = thinned(samples);
  const highest = Math.max(10_000, ...shown.flatMap(({ leavers, changes }) => [leavers, changes]));
  const seriesOf = (lane: Lane, look: "first" | "second") => ({
    name: `${lane} ${duration(last[lane])}`,
    look,
    points: shown.map((sample) => ({
      x: percentAlong(sample.at, from, last.at),
      y: percentAlong(sample[lane], 0, highest),
      title: "",
    })),
  });
  const peak = (lane: Lane) => duration(Math.max(...samples.map((sample) => sample[lane])));
  return lineChart({
    summary: `Age of the oldest message: leavers ${duration(last.leavers)} now and ${peak("leavers")} at most, changes ${duration(last.changes)} now and ${peak("changes")} at most.`,
    series: [seriesOf("leavers", "first"), seriesOf("changes", "second")],
    rungs: [0, 0.5, 1].map((share) => ({ y: share * 100, label: duration(highest * share) })),
    ticks: [`${duration(last.at - from)} ago`, "now"],
    dots: false,
  });
}

/** Of neighbours the one with the oldest message stays, so that no peak is lost. */
function thinned(samples: readonly AgeSample[]): AgeSample[] {
  const size = Math.ceil(samples.length / points);
  const groups = Map.groupBy(samples, (_, index) => Math.floor(index / size));
  return [...groups.values()].flatMap(([one, ...others]) =>
    one === undefined ? [] : others.reduce((a, b) => (older(b) > older(a) ? b : a), one),
  );
}

function older({ leavers, changes }: AgeSample): number {
  return Math.max(leavers, changes);
}
