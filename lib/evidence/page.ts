import type { EvidenceDocument } from "./bundle.ts";
import type { EvidenceEntry } from "./entry.ts";

const style = `body{font:14px/1.45 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem;color:#1a1a1a}
h1{font-size:1.4rem}dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{color:#555}dd{margin:0}
article{border-top:1px solid #bbb;padding:.8rem 0;break-inside:avoid}h2{font-size:1rem;margin:0 0 .4rem;overflow-wrap:anywhere}
.late{color:#a00000}table{border-collapse:collapse;font-size:12px;width:100%}th,td{text-align:left;padding:.15rem .6rem .15rem 0;vertical-align:top}
@media print{body{margin:0;font-size:11px}}`;

/** A bundle's evidence as one page of HTML that needs nothing else, and prints well. */
export function toPage({ about, summary, entries }: EvidenceDocument): string {
  const facts: [string, string | number | undefined][] = [
    ["System", about.system],
    ["Made", about.createdAt],
    ["Received from", about.from],
    ["Received before", about.to],
    ["Leavers", summary.leavers],
    ["Removed", summary.removed],
    ["Time to removed, p50", duration(summary.p50Ms)],
    ["Time to removed, p99", duration(summary.p99Ms)],
    [`Later than ${duration(about.goalMs)}`, summary.late],
    [
      "Outcomes",
      Object.entries(summary.byOutcome)
        .map(([name, count]) => `${name} ${count}`)
        .join(", "),
    ],
  ];
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Removal of access</title>
<style>${style}</style>
<h1>Removal of access to Arize AX</h1>
${list(facts)}
<p>A removal counts from the moment when Arize answered 404 for the person. This page repeats evidence.json, which
manifest.json and its signature cover as they do this page.</p>
${entries.map(article).join("\n")}
</html>
`;
}

function article(entry: EvidenceEntry): string {
  const { verifiedBy, activity } = entry;
  const facts: [string, string | number | undefined][] = [
    ["Asked for by", `${entry.source}, event ${entry.event}`],
    ["Happened", entry.happenedAt],
    ["Received", entry.receivedAt],
    ["Outcome", [entry.outcome, entry.reason].filter(Boolean).join(", ")],
    ["Gone", entry.goneAt && `${entry.goneAt}, after ${duration(entry.msToGone ?? 0)}`],
    [
      "Seen by",
      verifiedBy &&
        `${verifiedBy.method} ${verifiedBy.path}: ${verifiedBy.status}, request ${verifiedBy.requestId ?? "without id"}`,
    ],
    ["Late because", entry.lateReason],
    ...course(entry),
    [
      "Did meanwhile",
      Array.isArray(activity)
        ? activity.map(({ at, operation }) => `${at} ${operation}`).join("; ") || "nothing"
        : activity,
    ],
  ];
  const calls = entry.attempts.flatMap(({ attempt, calls = [] }) => calls.map((call) => ({ attempt, ...call })));
  const rows = calls.map(
    ({ attempt, at, method, path, status, requestId }) =>
      `<tr>${[attempt, at, `${method} ${path}`, status, requestId].map((cell) => `<td>${escaped(cell)}</td>`).join("")}</tr>`,
  );
  const table = `<table><tr><th>attempt</th><th>at</th><th>call</th><th>answer</th><th>request id</th></tr>${rows.join("")}</table>`;
  const title = `<h2${entry.late ? ' class="late"' : ""}>${escaped(entry.email ?? entry.person)}</h2>`;
  return `<article>${title}${list(facts)}${rows.length > 0 ? table : ""}</article>`;
}

/** What happened before it was over, oldest first: attempts that were not the last one, and what operators decided. */
function course({ attempts, words }: EvidenceEntry): [string, string][] {
  const steps = [
    ...attempts.slice(0, -1).map(({ at, outcome, reason }) => ({ at, outcome, how: reason ?? "" })),
    ...words.map(({ at, outcome, by, note }) => ({ at, outcome, how: `by ${by}${note ? `: ${note}` : ""}` })),
  ];
  return steps
    .toSorted((a, b) => a.at.localeCompare(b.at))
    .map(({ at, outcome, how }) => [outcome, [at, how].filter(Boolean).join(", ")]);
}

function list(facts: [string, string | number | undefined][]): string {
  const known = facts.filter(([, value]) => value !== undefined && value !== "");
  return `<dl>${known.map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`).join("")}</dl>`;
}

function duration(ms: number | null): string {
  if (ms === null) return "-";
  return ms < 120_000 ? `${(ms / 1000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

function escaped(value: string | number | undefined): string {
  return String(value ?? "").replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`);
}
