import { type Command, InvalidArgumentError } from "commander";
import { takesAway } from "../../lib/lifecycle/event.ts";
import { callerOf, userName } from "../caller.ts";
import { confirmByTyping, warnOfDeletion } from "../confirm.ts";
import { awaitOutcome } from "../outcome.ts";
import { printJson } from "../print.ts";
import { meaningOf } from "../reasons.ts";
import { type OperatorKind, type Said, sendEvent } from "../send.ts";
import { needsAttention, type Session } from "../session.ts";

/** What is said about the person, and how to go about it. */
export interface SayOptions extends Said {
  developer?: boolean;
  by: string;
  yes?: boolean;
  timeout: number;
}

/** Queues an event, waits for its outcome unless told not to, and tells it; a deletion has to be confirmed. */
export async function sendAndTell(
  session: Session,
  kind: OperatorKind,
  email: string,
  options: SayOptions,
): Promise<void> {
  const connection = await session.connection();
  if (takesAway(kind) && !options.yes) {
    const { deleteAfterHours } = connection.config.suspension;
    if (kind === "suspend")
      console.error(`Unless they are reinstated, they are deleted after ${deleteAfterHours} hours.`);
    warnOfDeletion(email);
    await confirmByTyping(email);
  }
  const { name, role, developer: isDeveloper } = options;
  const { by } = await callerOf(connection, options.by);
  const id = await sendEvent(connection, kind, email, { name, role, isDeveloper }, by);
  const ended = options.timeout === 0 ? undefined : await awaitOutcome(connection, email, id, options.timeout * 1000);
  const { outcome = "queued", reason, userId, ms } = ended ?? {};
  if (session.json) printJson({ event: id, kind, outcome, reason, userId, ms });
  else if (ended === undefined) console.log(`${id} is on the queue${options.timeout > 0 ? " still" : ""}.`);
  else
    console.log(
      `${kind} ${email}: ${outcome}${reason === undefined ? "" : ` (${reason}: ${meaningOf(reason)})`} after ${ms} ms, event ${id}`,
    );
  const isLate = ended === undefined && options.timeout > 0;
  if (outcome === "held" || outcome === "parked" || isLate) needsAttention();
}

/** The options of a command that sends an event. */
export function sayOptions(command: Command, { profile, deletes }: { profile: boolean; deletes: boolean }): Command {
  if (profile) {
    command
      .option("--name <name>", "their display name")
      .option("--developer", "give them developer permission")
      .option("--no-developer", "take it");
  }
  if (deletes) command.option("--yes", "do not ask: a deletion is for ever", false);
  return command
    .option("--by <name>", "who asks for it", userName())
    .option("--timeout <seconds>", "how long to wait for the outcome, 0 for not at all", parseSeconds, 60);
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text !== "" && seconds >= 0 && seconds <= 3600) return seconds;
  throw new InvalidArgumentError("It has to be a number of seconds, 3600 at most.");
}
