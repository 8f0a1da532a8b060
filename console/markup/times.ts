import { html } from "hono/html";
import type { Markup } from "./markup.ts";

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const dayAndClock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A moment as this machine's clock shows it, without the day when it is today's; the exact one is in its title. */
export function moment(at: string | Date, now: Date = new Date()): Markup {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return html`${String(at)}`;
  const iso = date.toISOString();
  const shown = day.format(date) === day.format(now) ? clock.format(date) : dayAndClock.format(date);
  return html`<time datetime="${iso}" title="${iso}">${shown}</time>`;
}

/** Milliseconds in the two largest units that matter: `640 ms`, `1.2 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`. Pure. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  if (ms < 59_500) return `${Math.round(ms / 1_000)} s`;
  const seconds = Math.round(ms / 1_000);
  const [large, largeUnit, small, smallUnit] =
    seconds < 3_600 ? [60, "min", 1, "s"] : seconds < 86_400 ? [3_600, "h", 60, "min"] : [86_400, "d", 3_600, "h"];
  const rest = Math.floor((seconds % Number(large)) / Number(small));
  const whole = `${Math.floor(seconds / Number(large))} ${largeUnit}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallUnit}`;
}

const told = /(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/;

/** A sentence of the command line's, with the moments in it as the console shows them. */
export function withMoments(text: string): Markup {
  const parts = text.split(told).map((part, index) => (index % 2 === 1 ? moment(part) : part));
  return html`${parts}`;
}
