import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { environmentFrom, flagsOf, outputNames, outputsIn, outputsOfFile, outputsOfStack } from "../../ops/outputs.ts";
import { serve } from "../support/fake-arize.ts";
import { templateOf } from "../support/template.ts";

const folder = mkdtempSync(join(tmpdir(), "outputs-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: unknown): string {
  const path = join(folder, "outputs.json");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}
const outputs = Object.fromEntries(outputNames.map((name) => [name, `https://example.com/${name}`]));

describe("outputs", () => {
  it("are those that the stack has", () => {
    const made = Object.keys(templateOf().toJSON().Outputs);
    expect(outputNames.filter((name) => !made.includes(name))).toEqual([]);
  });

  it("come from a file as the CDK writes it, others in it being left alone", async () => {
    const path = file({ One: { ...outputs, Other: "x" } });
    expect(await outputsOfFile(path, undefined)).toEqual(outputs);
    expect(environmentFrom(outputs, "One")).toMatchObject({
      LEAVERS_DLQ_URL: "https://example.com/LeaversDeadLettersUrl",
    });
  });

  it("of several stacks are those of the named one", async () => {
    const path = file({ One: { LedgerTableName: "one" }, Two: { LedgerTableName: "two" } });
    expect(await outputsOfFile(path, "Two")).toEqual({ LedgerTableName: "two" });
    await expect(outputsOfFile(path, undefined)).rejects.toThrow("name one of the stacks");
    await expect(outputsOfFile(path, "Three")).rejects.toThrow("One, Two");
  });

  it("may be of one stack alone, without its name", async () => {
    expect(await outputsOfFile(file({ ...outputs, Other: "x" }), undefined)).toEqual(outputs);
  });

  it("cannot come from anything else", async () => {
    await expect(outputsOfFile(file("{"), undefined)).rejects.toThrow("does not hold outputs");
    await expect(outputsOfFile(file([]), undefined)).rejects.toThrow("does not hold outputs");
  });

  it("come from a deployed stack", async () => {
    const member = "<member><OutputKey>LedgerTableName</OutputKey><OutputValue>ledger-1</OutputValue></member>";
    const stack = `<Stacks><member><StackName>One</StackName><StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-11-24T00:00:00Z</CreationTime><Outputs>${member}</Outputs></member></Stacks>`;
    const xml = `<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult>${stack}</DescribeStacksResult></DescribeStacksResponse>`;
    const url = await serve((_request, response) => response.setHeader("content-type", "text/xml").end(xml));
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_CLOUDFORMATION: url,
      AWS_REGION: "us-east-1",
      AWS_ACCESS_KEY_ID: "local",
      AWS_SECRET_ACCESS_KEY: "local",
    });
    expect(await outputsOfStack("One")).toEqual({ LedgerTableName: "ledger-1" });
  });

  it("that are missing are named all at once", () => {
    const { LedgerTableName: _, ArizeSecretArn: __, ...rest } = outputs;
    expect(() => environmentFrom(rest, "One")).toThrow("One lacks outputs: LedgerTableName, ArizeSecretArn");
  });

  it("may be flags, in both spellings", () => {
    expect(flagsOf("LedgerTableName")).toBe("--LedgerTableName, --ledger-table-name");
    expect(outputsIn({ ledgerTableName: "one", json: true })).toEqual({ LedgerTableName: "one" });
  });
});
