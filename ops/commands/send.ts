import { Argument, type Command } from "commander";
import { type OperatorKind, operatorKinds } from "../send.ts";
import type { Session } from "../session.ts";
import { type SayOptions, sayOptions, sendAndTell } from "./send-and-tell.ts";

/** `send`: an event in the operator's own name. */
export function addSend(program: Command, session: Session): void {
  const send = program
    .command("send")
    .description("queue an event in your name and wait for what comes of it")
    .addArgument(new Argument("<kind>", "what happens").choices(operatorKinds))
    .argument("<email>", "whom it happens to")
    .option("--role <role>", "a role's name, or a custom role's id");
  sayOptions(send, { profile: true, deletes: true }).action((kind: OperatorKind, email: string, options: SayOptions) =>
    sendAndTell(session, kind, email, options),
  );
}
