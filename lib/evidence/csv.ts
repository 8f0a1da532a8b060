import type { EvidenceEntry } from "./entry.ts";

const columns: [string, (entry: EvidenceEntry) => string | number | undefined][] = [
  ["person", ({ person }) => person],
  ["email", ({ email }) => email],
  ["event", ({ event }) => event],
  ["source", ({ source }) => source],
  ["happened_at", ({ happenedAt }) => happenedAt],
  ["received_at", ({ receivedAt }) => receivedAt],
  ["outcome", ({ outcome }) => outcome],
  ["reason", ({ reason }) => reason],
  ["gone_at", ({ goneAt }) => goneAt],
  ["ms_to_gone", ({ msToGone }) => msToGone],
  ["verified_by", ({ verifiedBy }) => verifiedBy && `${verifiedBy.method} ${verifiedBy.path} ${verifiedBy.status}`],
  ["request_id", ({ verifiedBy }) => verifiedBy?.requestId],
  ["late_reason", ({ lateReason }) => lateReason],
  ["decided_by", ({ words }) => words.map(({ outcome, by, at }) => `${outcome} by ${by} at ${at}`).join("; ")],
  ["did_meanwhile", ({ activity }) => (Array.isArray(activity) ? activity.length : activity)],
];

/** Entries as CSV (RFC 4180), one a line, with a heading. */
export function toCsv(entries: readonly EvidenceEntry[]): string {
  const lines = [
    columns.map(([name]) => name),
    ...entries.map((entry) => columns.map(([, read]) => read(entry) ?? "")),
  ];
  return lines.map((line) => `${line.map(quoted).join(",")}\r\n`).join("");
}

// Ids and notes come from others: a spreadsheet must not take one for a formula.
function quoted(value: string | number): string {
  const text = String(value).replaceAll('"', '""');
  return `"${/^[=+\-@\t\r]/.test(text) ? `'${text}` : text}"`;
}
