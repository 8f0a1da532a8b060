import { readFile } from "node:fs/promises";
import { CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import * as z from "zod/mini";

/** The stack's outputs that tell where everything is, and the variables of the functions that they stand for. */
const variables = {
  LeaversQueueUrl: "LEAVERS_QUEUE_URL",
  ChangesQueueUrl: "CHANGES_QUEUE_URL",
  LeaversDeadLettersUrl: "LEAVERS_DLQ_URL",
  ChangesDeadLettersUrl: "CHANGES_DLQ_URL",
  LedgerTableName: "LEDGER_TABLE_NAME",
  ArizeSecretArn: "ARIZE_SECRET_ID",
  IdentitySecretArn: "IDENTITY_SECRET_ID",
  ArizeBaseUrl: "ARIZE_BASE_URL",
  ArizeEnumCase: "ARIZE_ENUM_CASE",
  SourceSecretIds: "SOURCE_SECRET_IDS",
  SourceApiSecretIds: "SOURCE_API_SECRET_IDS",
  MetricNamespace: "METRIC_NAMESPACE",
} as const;

/** Without these nothing works; what needs one of the others says so. */
const required = [
  "LeaversQueueUrl",
  "ChangesQueueUrl",
  "LeaversDeadLettersUrl",
  "ChangesDeadLettersUrl",
  "LedgerTableName",
  "ArizeSecretArn",
  "IdentitySecretArn",
] as const satisfies (keyof typeof variables)[];

export const outputNames = [
  "LeaversQueueUrl",
  "ChangesQueueUrl",
  "LeaversDeadLettersUrl",
  "ChangesDeadLettersUrl",
  "LedgerTableName",
  "ArizeSecretArn",
  "IdentitySecretArn",
  "ArizeBaseUrl",
  "ArizeEnumCase",
  "SourceSecretIds",
  "SourceApiSecretIds",
  "MetricNamespace",
  "IngestUrl",
  "DeployedMode",
  "ReconcileFunctionName",
  "SignEvidenceFunctionName",
] as const;
export type Outputs = Partial<Record<(typeof outputNames)[number], string>>;

const outputsSchema = z.partialRecord(z.enum(outputNames), z.string());
const flatSchema = z.record(z.string(), z.string());
const stacksSchema = z.record(z.string(), flatSchema);

/** The outputs of a deployed stack. @throws Error when there is no such stack, or it may not be looked at */
export async function outputsOfStack(stackName: string): Promise<Outputs> {
  const { Stacks } = await new CloudFormationClient().send(new DescribeStacksCommand({ StackName: stackName }));
  const outputs = Stacks?.[0]?.Outputs?.map(({ OutputKey = "", OutputValue }) => [OutputKey, OutputValue]) ?? [];
  return known(Object.fromEntries(outputs));
}

/**
 * The outputs in a file as `cdk deploy --outputs-file` writes it, `{"StackName": {"Output": "value"}}`, or of one stack
 * alone, `{"Output": "value"}`.
 * @param stackName which of several stacks
 * @throws Error when the file cannot be read, or does not tell which stack is meant
 */
export async function outputsOfFile(file: string, stackName: string | undefined): Promise<Outputs> {
  const content = parsed(await readFile(file, "utf8"));
  const flat = flatSchema.safeParse(content);
  if (flat.success) return known(flat.data);
  const stacks = stacksSchema.safeParse(content);
  if (!stacks.success) throw new Error(`${file} does not hold outputs: expected {"StackName": {"Output": "value"}}`);
  const names = Object.keys(stacks.data);
  const [only] = names;
  const name = stackName ?? (names.length === 1 ? only : undefined);
  const outputs = name === undefined ? undefined : stacks.data[name];
  if (outputs === undefined) throw new Error(`name one of the stacks in ${file} with --stack: ${names.join(", ")}`);
  return known(outputs);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function known(outputs: Record<string, unknown>): Outputs {
  const ours = Object.entries(outputs).filter(([name]) => outputNames.some((each) => each === name));
  return outputsSchema.parse(Object.fromEntries(ours));
}

/** What the functions would have in their environment. @throws Error that lists every output that is missing */
export function environmentFrom(outputs: Outputs, where: string): Record<string, string> {
  const missing = required.filter((name) => outputs[name] === undefined);
  if (missing.length > 0) {
    const count = missing.length === 1 ? "an output" : "outputs";
    throw new Error(`${where} lacks ${count}: ${missing.join(", ")}; is it a stack of this project?`);
  }
  const pairs = Object.entries(variables).flatMap(([output, variable]) => {
    const value = Object.entries(outputs).find(([name]) => name === output)?.[1];
    return value === undefined ? [] : [[variable, value]];
  });
  return Object.fromEntries(pairs);
}

/** The flags of the command line that give an output by itself: its name as it is, and as flags are usually spelled. */
export function flagsOf(name: (typeof outputNames)[number]): string {
  const usual = name.replace(/(?!^)[A-Z]/g, "-$&").toLowerCase();
  return `--${name}, --${usual}`;
}

/** The outputs among a command line's options. */
export function outputsIn(options: Record<string, unknown>): Outputs {
  const given = outputNames.map((name) => [name, options[name.charAt(0).toLowerCase() + name.slice(1)]]);
  return outputsSchema.parse(Object.fromEntries(given.filter(([, value]) => value !== undefined)));
}
