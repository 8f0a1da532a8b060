import { html } from "hono/html";
import type { Markup } from "./markup.ts";

/** How a word looks: never by colour alone, the word is always there. */
export type Tone = "good" | "wait" | "bad" | "quiet";

const tones: Record<Exclude<Tone, "quiet">, readonly string[]> = {
  good: [
    "removed",
    "invited",
    "created",
    "renewed",
    "updated",
    "resent",
    "reset_sent",
    "placed",
    "active",
    "finished",
    "released",
    "redriven",
  ],
  wait: ["held", "expired", "waiting", "scheduled", "suspended", "to be continued", "asked", "queued", "inactive"],
  bad: ["parked", "distrusted", "failed", "abandoned"],
};

export function toneOf(word: string): Tone {
  if (tones.good.includes(word)) return "good";
  if (tones.wait.includes(word)) return "wait";
  return tones.bad.includes(word) ? "bad" : "quiet";
}

/** An outcome, a status or a kind, as a label. */
export function badge(word: string, tone: Tone = toneOf(word)): Markup {
  return html`<span class="badge ${tone}">${word.replaceAll("_", " ")}</span>`;
}
