import type { Command } from "commander";
import { examine } from "../doctor.ts";
import { listDueEvents } from "../due.ts";
import { printFacts, printJson, printRows, type Row } from "../print.ts";
import { needsAttention, type Session } from "../session.ts";
import { readStatus, type Status, type Waiting } from "../status.ts";

/** `status`, `doctor` and `due list`: looking, without changing anything. */
export function addLooks(program: Command, session: Session): void {
  program
    .command("status")
    .description("what is queued, held, parked or late: is something stuck?")
    .action(async () => {
      const status = await readStatus(await session.target());
      if (session.json) printJson(status);
      else printStatus(status, session);
    });
  program
    .command("doctor")
    .description("whether everything is set up right; ends with 3 when something is not")
    .action(async () => {
      const findings = await examine(await session.target(), (command) => session.again(command));
      printRows(
        findings.map((finding) => ({ ...finding })),
        { json: session.json, nothing: "" },
      );
      if (findings.some(({ state }) => state === "fail")) needsAttention();
    });
  program
    .command("due")
    .description("events that wait for their day")
    .command("list")
    .description("show them, earliest first")
    .action(async () => {
      const rows = await listDueEvents(await session.target());
      printRows(rows, { json: session.json, nothing: "Nothing waits for its day." });
    });
}

function printStatus(status: Status, session: Session): void {
  const { watched, reconciled, secrets } = status;
  const mode = status.isOtherMode ? `${status.mode}, while this configuration says another` : status.mode;
  printFacts({
    stack: status.where,
    mode,
    ...Object.fromEntries(
      status.lanes.map(({ lane, queued, working, deadLetters }) => [
        lane,
        `${queued} queued, ${working} at work, ${deadLetters} dead letters`,
      ]),
    ),
    "oldest leaver": watched ? seconds(watched.oldestLeaverSeconds) : unwatched,
    "oldest change": watched ? seconds(watched.oldestChangeSeconds) : unwatched,
    breaker: watched ? (watched.problem ?? `opened ${watched.breakerOpened} times in 15 minutes`) : unwatched,
    held: waiting(status.held, session.again("held list")),
    parked: waiting(status.parked, session.again("parked list")),
    scheduled: status.scheduled,
    ...(status.unreadable > 0 && { waiting: `${status.unreadable} more, which this version cannot read` }),
  });
  const rows: Row[] = reconciled.map(({ mode, at, outcome, users, queued }) => ({
    reconcile: mode,
    at,
    outcome,
    users,
    queued,
  }));
  console.log("");
  printRows(rows, { json: false, nothing: "No sweep has run yet." });
  console.log("");
  printRows(
    secrets.map(({ name, filled, days, problem }) => ({ secret: name, filled, days, ...(problem && { problem }) })),
    { json: false, nothing: "" },
  );
}

function waiting({ count, oldest, byReason }: Waiting, list: string): string {
  if (count === 0) return "nothing";
  const reasons = Object.entries(byReason).map(([reason, number]) => `${reason} ${number}`);
  return `${count} since ${oldest} (${reasons.join(", ")}); see: ${list}`;
}

const unwatched = "not known without CloudWatch; the console tells how old the queues are";

function seconds(value: number | undefined): string {
  return value === undefined ? "CloudWatch does not say" : `${value} s`;
}
