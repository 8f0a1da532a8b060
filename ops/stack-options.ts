import { type Command, Option } from "commander";
import { parsePort } from "../local/options.ts";
import { flagsOf, outputNames } from "./outputs.ts";

/** The options by which an operator's program is told which stack it is about. */
export function addStackOptions(program: Command): Command {
  program
    .option("--port-base <port>", "the stack on this machine, as given to npm start", parsePort, 4600)
    .option("--stack <name>", "a deployed stack instead, with your own AWS credentials; AWS_ENDPOINT_URL counts")
    .option(
      "--outputs <file>",
      "the stack's outputs, as cdk deploy --outputs-file writes them, instead of asking for them",
    );
  for (const name of outputNames) program.addOption(new Option(`${flagsOf(name)} <value>`).hideHelp());
  return program;
}
