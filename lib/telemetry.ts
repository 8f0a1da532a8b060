import { readMetricNamespace } from "./config.ts";

/** Logs and metrics, one JSON line each on standard output, where Lambda hands them to CloudWatch. */

/** Every metric, by the name that alarms and dashboards use. */
export const metricNames = {
  /** Events that ingest queued. */
  received: "EventsReceived",
  /** Elements of hooks that could not be read and were acknowledged: something was lost on purpose. */
  badElements: "BadElements",
  /** Elements whose type means nothing here. */
  ignored: "IgnoredElements",
  /** Requests whose signature or token did not verify. */
  unauthorized: "WebhookUnauthorized",
  /** Requests that were turned away although a source is set up there: what they said is lost. */
  rejected: "WebhookRejected",
  /** Requests answered 503: the sender was asked to deliver again. */
  unavailable: "WebhookUnavailable",
  /** Events that ran to their end, whatever the end. */
  finished: "EventsFinished",
  held: "EventsHeld",
  parked: "EventsParked",
  /** Events put back on the queue after a failure. */
  retried: "EventsRetried",
  /** Milliseconds from receiving a leaver to having seen a 404 for them at Arize. */
  timeToRemoved: "TimeToRemoved",
  /** Attempts on a leaver that failed more than five minutes after it was received. */
  leaversWaiting: "LeaversWaiting",
  arizeRateLimited: "ArizeRateLimited",
  arizeFailed: "ArizeFailed",
  /** Most calls failed, so events were answered at once for a while. */
  breakerOpened: "BreakerOpened",
  /** Calls to a source's own API that failed: people cannot be read again, so nobody of that source is removed. */
  sourceFailed: "SourceFailed",
  /** Requests that verified only against a secret's previous version: the sender still uses the old one. */
  oldSecretUsed: "OldSecretVersionUsed",
  /** Requests that API Gateway answered 429; counted by a filter on its access log, not by a function. */
  throttled: "WebhookThrottled",
  /** 401 and 403 from Arize: the key is wrong, or lacks a permission. */
  arizeDenied: "ArizeDenied",
  /** A reconcile run that came to its end, by mode: one that runs each minute would hide a daily one that does not run. */
  reconciledDue: "ReconcileDueFinished",
  reconciledInvitations: "ReconcileInvitationsFinished",
  reconciledFull: "ReconcileFullFinished",
  reconciledSubscriptions: "ReconcileSubscriptionsFinished",
  /** Expired invitations that were renewed as often as the configuration allows. */
  abandoned: "InvitationsAbandoned",
  /** Listings, of Arize or a source, that were cut short, looped, shrank or named an unknown status. */
  listingDistrusted: "ListingDistrusted",
  /** Planned events whose day has come and that this version cannot read, each minute. */
  dueUnreadable: "DueUnreadable",
} as const;
export type MetricName = (typeof metricNames)[keyof typeof metricNames];

/** Where this process counts: the stack's name on AWS. */
export const metricNamespace = readMetricNamespace();

/** The only fields that a log line may carry: ids, words and numbers of ours, nothing that came in a payload. */
export interface LogFields {
  event?: string;
  source?: string;
  kind?: string;
  /** The keyed hash that stands for a person. */
  person?: string;
  /** Their id at Arize. */
  userId?: string;
  attempt?: number;
  action?: string;
  outcome?: string;
  reason?: string;
  /** What the person's source said when it was asked. */
  lookup?: string;
  /** Sources that say the opposite. */
  contradicts?: string;
  /** Which of the role rules fitted, from 1. */
  rule?: number;
  mode?: string;
  retries?: number;
  ms?: number;
  count?: number;
  status?: number;
  error?: string;
  /** A secret that the operator has to learn, encrypted for them alone. */
  sealed?: string;
  /** Where an unexpected error came from: stack frames without the message, which may quote data. */
  frames?: string;
}

// Ids come from senders, who may put an address into them. The line must not carry it.
const looksLikeEmail = /[^\s"@:/]+(?:@|%40)[^\s"@:/]*/gi;

/** Longer values are cut: CloudWatch takes 256 KiB a line, and looking for addresses takes the square of this. */
const longestValue = 2_000;

/** Writes one log line. Anything in it that looks like an email address is masked. */
export function log(level: "info" | "warn" | "error", message: string, fields: LogFields = {}): void {
  write({ level, at: new Date().toISOString(), message, ...fields });
}

/** What may be told about an error of unknown origin: its name and where it was thrown, never its message. */
export function describeError(error: unknown): Pick<LogFields, "error" | "frames"> {
  if (!(error instanceof Error)) return { error: typeof error };
  // The stack starts with the message, whose lines may look like frames.
  const frames = error.stack
    ?.replace(error.message, "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line));
  return { error: error.name, frames: frames?.slice(0, 6).join("\n") ?? "" };
}

/** Collects the metrics of one invocation and writes them as one CloudWatch embedded metric line. */
export class Metrics {
  readonly #values = new Map<MetricName, number[]>();

  /** Counts; of times, milliseconds in `value`, the first hundred of an invocation are kept one by one. */
  add(name: MetricName, value = 1): void {
    const values = this.#values.get(name) ?? [];
    if (name !== metricNames.timeToRemoved) this.#values.set(name, [(values[0] ?? 0) + value]);
    // CloudWatch takes 100 values a metric a line.
    else if (values.length < 100) this.#values.set(name, [...values, value]);
  }

  /** Writes the line and starts anew; nothing where nothing was counted. To be called at the end of each invocation. */
  flush(): void {
    if (this.#values.size === 0) return;
    const metrics = [...this.#values.keys()].map((name) => ({
      Name: name,
      Unit: name === metricNames.timeToRemoved ? "Milliseconds" : "Count",
    }));
    write({
      _aws: {
        Timestamp: Date.now(),
        CloudWatchMetrics: [{ Namespace: metricNamespace, Dimensions: [[]], Metrics: metrics }],
      },
      ...Object.fromEntries(
        [...this.#values].map(([name, values]) => [name, name === metricNames.timeToRemoved ? values : values[0]]),
      ),
    });
    this.#values.clear();
  }
}

function write(line: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify(line, (_, value: unknown) => mask(value))}\n`);
}

// Value by value: a match across the line's own quotes and escapes would break the JSON.
function mask(value: unknown): unknown {
  return typeof value === "string" ? maskAddresses(value.slice(0, longestValue)) : value;
}

/** A text without whatever looks like an email address in it. */
export function maskAddresses(text: string): string {
  return text.replace(looksLikeEmail, "[email]");
}
