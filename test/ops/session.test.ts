import { Command, Option } from "commander";
import { expect, test } from "vitest";
import { flagsOf } from "../../ops/outputs.ts";
import { Session } from "../../ops/session.ts";

function again(...typed: string[]): string {
  const program = new Command()
    .option("--port-base <port>", "", Number, 4600)
    .option("--stack <name>")
    .option("--outputs <file>")
    .addOption(new Option(`${flagsOf("LedgerTableName")} <value>`));
  return new Session(program.parse(typed, { from: "user" })).again("held list");
}

test("goes on about the same stack", () => {
  expect(again()).toBe("npm run ops -- held list");
  expect(again("--port-base", "4600")).toBe("npm run ops -- --port-base 4600 held list");
  expect(again("--outputs", "my outputs.json", "--stack", "Prod")).toBe(
    "npm run ops -- --stack Prod --outputs 'my outputs.json' held list",
  );
  expect(again("--ledger-table-name", "ledger")).toBe("npm run ops -- --LedgerTableName ledger held list");
});
