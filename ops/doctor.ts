import { isManaged, subscribing } from "../lib/config.ts";
import { readLastRuns } from "../lib/ledger/runs.ts";
import { readingArize } from "./arize.ts";
import type { Target } from "./connection.ts";
import { describeFailure } from "./failure.ts";
import { countLanes } from "./queues.ts";
import { readSecretAges } from "./secret-ages.ts";
import { countUnreadable } from "./unreadable.ts";

/** One thing that was looked at. */
export interface Finding {
  check: string;
  state: "ok" | "warn" | "fail";
  detail: string;
}

type Check = (target: Target, again: Again) => Promise<Finding[]>;

/** Makes a whole command line of a command, about the same stack: `Session.again`. */
type Again = (command: string) => string;

/** Sweeps that are later than this did not run. Hours. */
const longestPauses = new Map([
  ["due", 0.25],
  ["invitations", 3],
  ["full", 30],
  ["subscriptions", 30],
]);
const largestSkewMs = 60_000;
const hourMs = 3_600_000;

const checks: Record<string, Check> = {
  configuration: checkConfiguration,
  queues: async (target) => {
    const lanes = await countLanes(target);
    return lanes.map(({ lane, queued, deadLetters }) =>
      finding(`queue ${lane}`, deadLetters > 0 ? "warn" : "ok", `${queued} queued, ${deadLetters} dead letters`),
    );
  },
  ledger: checkLedger,
  "waiting events": checkWaiting,
  secrets: checkSecrets,
  Arize: checkArize,
  webhooks: checkDoor,
};

/** Looks at everything that has to be right, each on its own: one that fails hides no other. */
export async function examine(target: Target, again: Again): Promise<Finding[]> {
  const findings = await Promise.all(
    Object.entries(checks).map(([name, check]) =>
      check(target, again).catch((error: unknown) => [finding(name, "fail", describeFailure(error))]),
    ),
  );
  return findings.flat();
}

function finding(check: string, state: Finding["state"], detail: string): Finding {
  return { check, state, detail };
}

async function checkConfiguration({ config, mode }: Target): Promise<Finding[]> {
  const { inviteMode } = config.defaults;
  const same = mode === config.mode;
  return [
    finding(
      "configuration",
      same ? "ok" : "warn",
      same ? `valid, mode ${mode}` : `deployed in mode ${mode}, this one says ${config.mode}`,
    ),
    finding(
      "API key's owner",
      isManaged(config.apiKeyOwner, config) ? "ok" : "warn",
      isManaged(config.apiKeyOwner, config)
        ? "in managedDomains"
        : "in none of managedDomains, which is right for an account of its own",
    ),
    // The API has no word for how an account signs in.
    finding(
      "sign-in",
      "ok",
      inviteMode === "none"
        ? "invite mode none: for accounts with SAML or SSO; resends and password resets are refused there"
        : `invite mode ${inviteMode}: for accounts with passwords; where SAML is enforced, Arize refuses resends (parked as invalid)`,
    ),
  ];
}

async function checkWaiting(target: Target): Promise<Finding[]> {
  const count = await countUnreadable(target);
  const detail = `${count} held, parked or planned events cannot be read: a newer version wrote them, so deploy that again`;
  return [count === 0 ? finding("waiting events", "ok", "all can be read") : finding("waiting events", "warn", detail)];
}

async function checkLedger({ table, config }: Target, again: Again): Promise<Finding[]> {
  const runs = await readLastRuns(table);
  const late = [...longestPauses].flatMap(([mode, hours]) => {
    if (mode === "subscriptions" && subscribing(config).length === 0) return [];
    const last = runs.find((run) => run.mode === mode);
    if (last === undefined) return [`${mode} never ran`];
    const ago = (Date.now() - Date.parse(last.at)) / hourMs;
    return ago > hours ? [`${mode} ran ${ago.toFixed(1)} h ago`] : [];
  });
  const sweeps =
    late.length === 0
      ? finding("sweeps", "ok", "all ran in time")
      : finding("sweeps", "warn", `${late.join(", ")}; to run them: ${again("reconcile --now")}`);
  return [finding("ledger", "ok", "answers"), sweeps];
}

async function checkSecrets(target: Target): Promise<Finding[]> {
  const ages = await readSecretAges(target);
  return ages.map(({ name, filled, days, problem }) => {
    if (filled === "yes")
      return finding(`secret ${name}`, "ok", days === undefined ? "filled" : `filled ${days} days ago`);
    return finding(
      `secret ${name}`,
      "fail",
      filled === "no" ? "empty: put its value into Secrets Manager" : `cannot be looked at: ${problem}`,
    );
  });
}

async function checkArize(target: Target): Promise<Finding[]> {
  const { apiKeyOwner } = target.config;
  const owner = await readingArize(target, (calls) =>
    calls.read((client, options) => client.find(apiKeyOwner, options)),
  );
  const answers = finding("Arize", "ok", `${target.environment.ARIZE_BASE_URL} answers`);
  if (owner === undefined) {
    return [answers, finding("API key", "fail", "it does not see apiKeyOwner: is it a key of this account?")];
  }
  const isAdmin = owner.role.type === "predefined" && owner.role.name === "admin";
  const detail = isAdmin
    ? "its owner is an account admin"
    : "its owner is no account admin: developer permission cannot be changed";
  return [answers, finding("API key", isAdmin ? "ok" : "warn", detail)];
}

async function checkDoor({ ingestUrl }: Target): Promise<Finding[]> {
  if (ingestUrl === undefined) return [finding("webhooks", "warn", "no IngestUrl is known, so it was not tried")];
  const before = Date.now();
  const response = await fetch(`${ingestUrl}/health`, { signal: AbortSignal.timeout(10_000) });
  const state = response.ok ? "ok" : "fail";
  return [
    finding("webhooks", state, `${ingestUrl}/health answers ${response.status}`),
    checkClock(response, (before + Date.now()) / 2),
  ];
}

// Signatures and ages are judged by this clock's like there; the header has whole seconds.
function checkClock({ headers }: Response, now: number): Finding {
  const there = Date.parse(headers.get("date") ?? "");
  if (Number.isNaN(there)) return finding("clock", "warn", "the answer has no date");
  const skewMs = Math.abs(there - now);
  return finding(
    "clock",
    skewMs > largestSkewMs ? "fail" : "ok",
    `${(skewMs / 1000).toFixed(0)} s apart from the stack's`,
  );
}
