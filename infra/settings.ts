import { statSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Node } from "constructs";
import * as z from "zod/mini";
import { describeIssues } from "../lib/issues.ts";

const list = z.pipe(
  z.string(),
  z.transform((text: string) => text.split(",").filter((item) => item !== "")),
);
const flag = z.pipe(
  z.union([z.boolean(), z.enum(["true", "false"])]),
  z.transform((value: boolean | "true" | "false") => value === true || value === "true"),
);

/** What is decided at synth with `-c name=value`, or under `context` in cdk.json. Lists are separated by commas. */
const settingsSchema = z.object({
  /** Several stages may live in one account. */
  stage: z._default(z.string().check(z.regex(/^[a-z][a-z0-9]{0,15}$/)), "prod"),
  /** Who is sent the alarms; they have to confirm the subscription. */
  alarmEmail: z.optional(z.string().check(z.regex(/^\S+@\S+$/))),
  /** A table that is there already, restored from a point in time, instead of the stack's own. */
  ledgerTableName: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_.-]{3,255}$/))),
  /** Names the queues: for emulators of CloudFormation that cannot name FIFO queues themselves. */
  explicitQueueNames: z._default(flag, false),
  /** Another region's, or a self-hosted, Arize. */
  arizeBaseUrl: z.optional(z.string().check(z.regex(/^https:\/\/[^\s/]+$/))),
  arizeEnumCase: z.optional(z.enum(["upper", "lower"])),
  /** A PEM file with the authorities of a self-hosted Arize, below the project's folder or by its whole path; it becomes a part of the functions. */
  arizeCaFile: z.optional(z.string()),
  /** Where the functions run, for an Arize that only a private network reaches; both or neither. */
  subnetIds: z._default(list, []),
  securityGroupIds: z._default(list, []),
  /** Roles of operators that may send to the queues. Given any, nobody but them and the functions may, not even an admin. */
  senderRoleArns: z._default(list, []),
});
export type Settings = z.infer<typeof settingsSchema>;

/** Reads the settings from the context. @throws Error that lists every problem at once */
export function readSettings(node: Node): Settings {
  const names = Object.keys(settingsSchema.shape);
  const result = settingsSchema.safeParse(Object.fromEntries(names.map((name) => [name, node.tryGetContext(name)])));
  if (!result.success) throw new Error(`the context is not valid: ${describeIssues(result.error)}`);
  const { subnetIds, securityGroupIds } = result.data;
  if (subnetIds.length > 0 !== securityGroupIds.length > 0) {
    throw new Error("the context is not valid: subnetIds and securityGroupIds go together");
  }
  const { arizeCaFile } = result.data;
  return arizeCaFile === undefined ? result.data : { ...result.data, arizeCaFile: resolveFile(arizeCaFile) };
}

/** The whole path of a file, which is copied by a shell. @throws Error when there is none, or its name is not a plain one */
function resolveFile(file: string): string {
  const path = resolve(fileURLToPath(new URL("..", import.meta.url)), file);
  const isPlain = /^[^"$`\\\p{Cc}]+$/u.test(path);
  if (isPlain && statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  throw new Error(
    `the context is not valid: arizeCaFile: ${isPlain ? "there is no such file" : "not a plain path"}: ${path}`,
  );
}

/** `ArizeUserLifecycle-Prod`: the stack, and the namespace of its metrics. */
export function stackNameOf({ stage }: Pick<Settings, "stage">): string {
  return `ArizeUserLifecycle-${stage.charAt(0).toUpperCase()}${stage.slice(1)}`;
}
