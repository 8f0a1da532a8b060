import { type Command, InvalidArgumentError } from "commander";
import { verifyEvidence, writeEvidence } from "../evidence.ts";
import { WrongUse } from "../failure.ts";
import { printJson } from "../print.ts";
import { addressOf } from "../send.ts";
import { needsAttention, type Session } from "../session.ts";
import { checkPeriod, parseTime } from "./times.ts";

interface EvidenceOptions {
  from?: string;
  to?: string;
  person?: string;
  redact: boolean;
  goal: number;
  auditLogs: boolean;
  out: string;
  signingKey: string;
}

/** `evidence`: what an auditor asks for, and how they check it. */
export function addEvidence(program: Command, session: Session): void {
  const evidence = program
    .command("evidence")
    .description("write signed evidence of removals: JSON, CSV and a page to print")
    .option("--from <time>", "leavers received since then, ISO 8601", parseTime)
    .option("--to <time>", "and before then", parseTime)
    .option("--person <email>", "instead of a period: all of one person's")
    .option("--redact", "without addresses", false)
    .option("--goal <seconds>", "later than this is late", parseGoal, 300)
    .option("--audit-logs", "ask Arize what each person did until they were gone", false)
    .option("--out <folder>", "where to, new or empty", "evidence")
    .option(
      "--signing-key <file>",
      "only where the stack has no function that signs: an Ed25519 key, made if it is not there",
      "evidence-signing-key.pem",
    )
    .action((options: EvidenceOptions) => write(session, options));
  evidence
    .command("verify <folder>")
    .description("check that nothing was changed, removed or reordered; needs no network")
    .requiredOption(
      "--key <file>",
      "the public key in PEM, as you had it before: one from the bundle proves nothing by itself",
    )
    .action(async (folder: string, { key }: { key: string }) => {
      const problems = await verifyEvidence(folder, key);
      if (session.json) printJson({ verified: problems.length === 0, problems });
      else if (problems.length === 0) console.log(`${folder} is as it was signed.`);
      for (const problem of problems) console.error(`does not verify: ${problem}`);
      if (problems.length > 0) needsAttention();
    });
}

async function write(session: Session, options: EvidenceOptions): Promise<void> {
  const { from, to, person, redact, goal, auditLogs, out, signingKey } = options;
  const isPeriod = from !== undefined && to !== undefined;
  if (isPeriod === (person !== undefined)) throw new WrongUse("name a period with --from and --to, or one --person");
  if (isPeriod) checkPeriod(from, to);
  const email = person === undefined ? undefined : addressOf(person);
  const request = { from, to, email, redact, goalMs: goal * 1000, activity: auditLogs };
  const { leavers, files, newKey } = await writeEvidence(await session.target(), request, out, signingKey);
  if (newKey !== undefined) console.error(`Made a key to sign with, ${newKey}: keep it, and keep it secret.`);
  if (session.json) printJson({ leavers, files });
  else console.log(`Tells of ${leavers} ${leavers === 1 ? "leaver" : "leavers"}: ${files.join(", ")}`);
}

function parseGoal(text: string): number {
  const seconds = Number(text);
  if (seconds > 0) return seconds;
  throw new InvalidArgumentError("It has to be a number of seconds.");
}
