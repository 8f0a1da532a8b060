import { html } from "hono/html";
import type { Markup } from "../markup/markup.ts";

/** Points of one line, each in percent of the chart's width and height, from its left and lower ends. */
export interface Series {
  name: string;
  /** Which of the two looks it has. */
  look: "first" | "second";
  points: readonly { x: number; y: number; title: string }[];
}

export interface ChartOptions {
  /** What the chart says, in a sentence, for those who do not see it. */
  summary: string;
  series: readonly Series[];
  /** Lines across with what they stand for; `goal` is drawn as what must not be crossed. */
  rungs: readonly { y: number; label: string; goal?: boolean }[];
  /** What stands below, left to right. */
  ticks: readonly string[];
  dots: boolean;
  /** What the rung that is the goal is called in the legend. */
  goal?: string;
}

/** Pixels; widths are in percent, so that text keeps its size whatever the width. */
const height = 176;

/** Draws lines. They are made of segments, since those alone can be placed in percent. Pure. */
export function lineChart({ summary, series, rungs, ticks, dots, goal }: ChartOptions): Markup {
  return html`<figure class="chart">
    <div class="legend">${series.map(({ name, look }) => html`<span class="key ${look}">${name}</span>`)}${goal ? html`<span class="key goal">${goal}</span>` : ""}</div>
    <div class="plot">
      <svg class="scale" aria-hidden="true" width="44" height="${height}">${rungs.map(label)}</svg>
      <svg role="img" aria-label="${summary}" width="100%" height="${height}">
        ${rungs.map(rung)}
        ${series.map((one) => html`<g class="line ${one.look}">${segments(one.points)}${dots ? one.points.map(dot) : ""}</g>`)}
      </svg>
    </div>
    <div class="ticks" aria-hidden="true">${ticks.map((tick) => html`<span>${tick}</span>`)}</div>
  </figure>`;
}

function rung({ y, goal }: ChartOptions["rungs"][number]): Markup {
  return html`<line class="${goal ? "rung goal" : "rung"}" x1="0" x2="100%" y1="${pixel(y)}" y2="${pixel(y)}" />`;
}

function label({ y, label: text, goal }: ChartOptions["rungs"][number]): Markup {
  return html`<text class="${goal ? "goal" : ""}" x="38" y="${pixel(y) + 4}" text-anchor="end">${text}</text>`;
}

function segments(points: Series["points"]): Markup[] {
  return points.slice(1).map((to, index) => {
    const from = points[index] ?? to;
    return html`<line x1="${from.x}%" y1="${pixel(from.y)}" x2="${to.x}%" y2="${pixel(to.y)}" />`;
  });
}

function dot({ x, y, title }: Series["points"][number]): Markup {
  return html`<circle cx="${x}%" cy="${pixel(y)}" r="3"><title>${title}</title></circle>`;
}

/** Leaves room above and below for half a label. */
function pixel(y: number): number {
  return Math.round(height - 8 - (y / 100) * (height - 16));
}
