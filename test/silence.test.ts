import { SendMessageCommand } from "@aws-sdk/client-sqs";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../lib/config.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import { log, Metrics } from "../lib/telemetry.ts";
import { leaks } from "./support/silence.ts";
import { openTestSqs } from "./support/sqs.ts";

/** Every test of the suite fails when the code names a person, a secret or a payload. Here something does, to see that. */
const sqs = await openTestSqs();
const event = { kind: "joiner", person: { email: "ada@example.org" } };

describe("what listens to the whole suite hears", () => {
  it.each([
    ["a name", "Ada Lovelace"],
    ["a secret", "whsec_c2VjcmV0"],
    ["a token", "Bearer abc"],
    ["a payload", JSON.stringify(event)],
    ["a temporary password", "temporary_password=abc"],
  ])("%s on a log line", (_, reason) => {
    log("info", "event", { reason });
    expect(leaks()).toEqual([expect.stringMatching(/^output: .*"reason":/)]);
  });

  it("an address that does not come through the writer, which masks them", () => {
    log("info", "event", { reason: "ada@example.com" });
    expect(leaks()).toEqual([]);
    process.stdout.write("ada@example.com\n");
    process.stderr.write("ada@example.com\n");
    expect(leaks()).toHaveLength(2);
  });

  it("an address in a metric", () => {
    const metrics = new Metrics();
    Reflect.apply(metrics.add, metrics, ["ada@example.com"]);
    metrics.flush();
    expect(leaks()).toEqual([expect.stringContaining("CloudWatchMetrics")]);
  });

  it("an address as a message's group, deduplication id or attribute, and nothing that its body says", async () => {
    const message = { QueueUrl: sqs.url("leavers"), MessageBody: JSON.stringify(event), MessageGroupId: "g" };
    const attribute = { StringValue: "ada@example.com", DataType: "String" };
    const send = (more: object) =>
      sqs.client.send(new SendMessageCommand({ ...message, MessageDeduplicationId: "d", ...more }));
    await send({});
    expect(leaks()).toEqual([]);
    await send({ MessageGroupId: "ada@example.com" });
    await send({ MessageDeduplicationId: "ada@example.com" });
    await send({ MessageAttributes: { who: attribute } });
    expect(leaks().map((leak) => leak.split(":")[0])).toEqual(Array(3).fill("queue attribute"));
  });

  it("an address in the message of an error, or of its cause, also when it is caught", async () => {
    expect(() => parseConfig({}, "ada@example.com")).toThrow();
    const broken = async () => {
      throw new SyntaxError("unexpected token in ada@example.com");
    };
    await expect(new LedgerTable("ledger").run(broken)).rejects.toThrow();
    expect(() => parseConfig({})).toThrow();
    expect(leaks()).toEqual([
      expect.stringMatching(/^error: ada@example.com is not valid/),
      "error: the ledger answered SyntaxError: SyntaxError: unexpected token in ada@example.com",
    ]);
  });
});
