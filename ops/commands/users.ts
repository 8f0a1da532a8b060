import { type Command, Option } from "commander";
import { printJson, printRows } from "../print.ts";
import { Progress } from "../progress.ts";
import type { OperatorKind } from "../send.ts";
import { exitCodes, type Session } from "../session.ts";
import { getUser, listedStatuses, listUsers, type UsersQuery } from "../users.ts";
import { type SayOptions, sayOptions, sendAndTell } from "./send-and-tell.ts";

/** `users`: every operation of the Users API. Reads go to Arize; changes are events like any others. */
export function addUsers(program: Command, session: Session): void {
  const users = program
    .command("users")
    .description("the users at Arize: read there, changed through the queue and its guards");
  users
    .command("list")
    .description("list them, oldest first")
    .option("--email <part>", "only addresses with this in them")
    .addOption(new Option("--status <status>", "only these").choices(listedStatuses))
    .action(async (query: UsersQuery) => {
      const progress = new Progress("users");
      const rows = await listUsers(await session.target(), query, (count) => progress.add(count));
      progress.end();
      printRows(rows, { json: session.json, nothing: "Arize lists nobody like that." });
    });
  users
    .command("get <email-or-id>")
    .description("show one")
    .action(async (emailOrId: string) => {
      const user = await getUser(await session.target(), emailOrId);
      if (session.json) printJson(user ?? null);
      else if (user === undefined) console.error("Arize shows nobody like that; the deleted are never shown.");
      else printRows([user], { json: false, nothing: "" });
      if (user === undefined) process.exitCode = exitCodes.failed;
    });
  const changes: [string, OperatorKind, string][] = [
    ["invite", "joiner", "invite somebody, or renew their expired invitation"],
    ["update", "mover", "change a name or the developer permission"],
    ["delete", "leaver", "delete somebody, for ever"],
    ["resend", "invitation.resend", "send an invitation again"],
    ["reset-password", "password.reset", "send a link for a new password"],
  ];
  for (const [verb, kind, description] of changes) {
    const command = users.command(`${verb} <email>`).description(description);
    if (verb === "invite") command.option("--role <role>", "a role's name, or a custom role's id");
    const deletes = kind === "leaver";
    sayOptions(command, { profile: verb === "invite" || verb === "update", deletes }).action(
      (email: string, options: SayOptions) => sendAndTell(session, kind, email, options),
    );
  }
}
