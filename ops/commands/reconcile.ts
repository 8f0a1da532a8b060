import { type Command, Option } from "commander";
import { type LifecycleConfig, subscribing } from "../../lib/config.ts";
import { confirmByTyping } from "../confirm.ts";
import { WrongUse } from "../failure.ts";
import { printJson, printRows, type Row } from "../print.ts";
import { runReconcile } from "../reconcile.ts";
import { needsAttention, type Session } from "../session.ts";

interface ReconcileOptions {
  mode?: string;
  dryRun: boolean;
  now: boolean;
  acceptShrink: boolean;
  yes: boolean;
}

/** `reconcile`: what the schedules do, now or as a plan. */
export function addReconcile(program: Command, session: Session): void {
  program
    .command("reconcile")
    .description("compare Arize, the ledger and the sources now")
    .addOption(
      new Option("--mode <mode>", "what to look at (default: all that is scheduled)").choices([
        "invitations",
        "due",
        "full",
        "subscriptions",
      ]),
    )
    .option("--dry-run", "show the plan, change nothing", false)
    .option("--now", "do it", false)
    .option("--accept-shrink", "mode full: believe a listing that lost many users", false)
    .option("--yes", "do not ask before --accept-shrink", false)
    .action(async ({ mode, dryRun, now, acceptShrink, yes }: ReconcileOptions) => {
      if (dryRun === now) throw new WrongUse("say --dry-run for the plan, or --now to do it");
      if (now && acceptShrink && !yes) await confirmByTyping("accept-shrink");
      const { reconcileFunction, config } = await session.target();
      const all: Row[] = [];
      for (const each of mode === undefined ? scheduled(config, now) : [mode]) {
        const { summary, isWhole, rows } = await runReconcile({ mode: each, dryRun, acceptShrink }, reconcileFunction);
        all.push(...rows.map((row) => ({ mode: each, ...row })));
        if (!isWhole) needsAttention();
        if (session.json) console.error(summary);
        else printRun(summary, rows, dryRun);
      }
      if (session.json) printJson(all);
    });
}

/** What the schedules run; of subscriptions there is no plan. */
function scheduled(config: LifecycleConfig, now: boolean): string[] {
  const hasMore = now && subscribing(config).length > 0;
  return ["invitations", "due", "full", ...(hasMore ? ["subscriptions"] : [])];
}

function printRun(summary: string, rows: readonly Row[], dryRun: boolean): void {
  console.log(summary);
  printRows(rows, { json: false, nothing: dryRun ? "  nothing to do" : "" });
}
