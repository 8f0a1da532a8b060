import { skewOf } from "./clock.ts";
import type { Progress, Result } from "./run.ts";
import { ledgerId } from "./senders.ts";
import type { Zeros } from "./verdict.ts";
import { workerNames } from "./worker.ts";

/** Draws a progress bar on a terminal, and a line for every tenth elsewhere. */
export function bar(stream: NodeJS.WriteStream): (progress: Progress) => void {
  let [last, lastTenth] = [0, -1];
  return ({ phase, delivered, of, open }) => {
    const tenth = phase === "settling" ? 11 : Math.floor((10 * delivered) / of);
    const line = `${phase} ${delivered} of ${of}, ${open} on their way`;
    if (stream.isTTY) {
      if (performance.now() - last < 100) return;
      last = performance.now();
      const filled = Math.round((30 * delivered) / of);
      stream.write(`\r\u001b[K[${"#".repeat(filled)}${".".repeat(30 - filled)}] ${line}`);
    } else if (tenth !== lastTenth) {
      lastTenth = tenth;
      stream.write(`${line}\n`);
    }
  };
}

const labels: Record<keyof Zeros, string> = {
  lost: "lost",
  wronglyDeleted: "wrongly deleted",
  overBudget: "over budget",
  leftBehind: "left behind",
  missing: "missing",
  outOfDate: "out of date",
  stuck: "stuck",
  mailedTooOften: "mailed too often",
  told: "told in a log",
};

type Told = Record<"seed" | "events" | "people" | "scale", number>;

/** What a run came to, for people and for programs. */
export function report(result: Result, told: Told): { text: string; json: object; failed: boolean } {
  const { zeros, mails, times, memory, faults, seconds, deaths, redelivered, deleted, budget } = flat(result);
  const counts = Object.fromEntries(Object.entries(zeros).map(([name, who]) => [name, new Set(who).size]));
  const failed = Object.values(counts).some((count) => count > 0);
  const [p50, p99] = [at(times, 0.5), at(times, 0.99)];
  const perSecond = told.events / seconds;
  const flatness = memory.early === 0 ? "" : `, ${(memory.late / memory.early).toFixed(2)} of that in the first`;
  const clocks = workerNames.map((name) => `${name} ${(skewOf(told.seed, name) / 1000).toFixed(2)} s`);
  const kills = [...result.watch.kills].sort(([a], [b]) => a.localeCompare(b));
  const lines = [
    `seed ${told.seed}: ${told.events} events about ${told.people} people; one second here was ${told.scale} in the lab`,
    `faults: ${faults.map(([name, count]) => `${count} x ${name}`).join(", ")}`,
    `clocks wrong by: ${clocks.join(", ")}`,
    `workers killed ${deaths} times, before + after the effect of: ${kills.map(([where, { before, after }]) => `${where} ${before}+${after}`).join(", ")}`,
    `${redelivered} requests delivered again; ${deleted} people deleted, ${budget} of them without a release at most`,
    "",
    ...Object.entries(labels).map(([name, label]) => `${label.padEnd(16)} ${counts[name]}`),
    `mails sent twice ${mails.sentTwice} of ${mails.sent}, where at most ${mails.unseen} could not be helped: nobody heard that they were sent`,
    "",
    `event to effect  p50 ${(p50 / 1000).toFixed(1)} s, p99 ${(p99 / 1000).toFixed(1)} s in the lab's time, faults and storms included`,
    `speed            ${perSecond.toFixed(0)} events/s in the time outside`,
    `worker's memory  ${memory.late.toFixed(0)} MB resident at most in the last fifth${flatness}; ${memory.settling.toFixed(0)} MB afterwards`,
    ...stories(result),
    failed ? "\nFAILED" : "",
  ];
  const json = {
    ...told,
    ...counts,
    mailsSentTwice: mails.sentTwice,
    mailsUnseen: mails.unseen,
    p50Ms: p50,
    p99Ms: p99,
    eventsPerSecond: Math.round(perSecond),
    seconds: Math.round(seconds),
    workersKilled: deaths,
    kills: Object.fromEntries(kills),
    memoryMb: Object.fromEntries(Object.entries(memory).map(([when, mb]) => [when, Math.round(mb)])),
    faults: Object.fromEntries(faults),
  };
  return { text: lines.join("\n"), json, failed };
}

function flat(result: Result) {
  return { ...result, faults: [...result.watch.faults].sort(([a], [b]) => a.localeCompare(b)) };
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

/** The whole history of everybody who was treated wrongly; of the first few of each sort, as they are long. */
function stories({ zeros, plan, watch }: Result): string[] {
  return Object.entries<string[]>({ ...zeros }).flatMap(([name, who]) =>
    [...new Set(who)].slice(0, 3).flatMap((email) => {
      const person = plan.people.find((each) => each.email === email);
      const facts = person?.facts ?? [];
      return [
        "",
        `${name}: ${email} (${person?.cast ?? "bystander"}, at Arize before: ${person?.seeded ?? "no"})`,
        ...facts
          .toSorted((a, b) => a.at - b.at)
          .map(
            ({ id, kind, source, at, effectiveAfterMs }) =>
              `  is said: ${clock(at)} ${kind} ${source}:${id}${effectiveAfterMs === undefined ? "" : ` for ${effectiveAfterMs / 60_000} min later`}`,
          ),
        ...watch.history(email, facts.map(ledgerId)).map((happening) => `  ${clock(happening.at)} ${happening.what}`),
      ];
    }),
  );
}

function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
