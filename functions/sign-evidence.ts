import { gzipSync } from "node:zlib";
import { KMSClient } from "@aws-sdk/client-kms";
import middy from "@middy/core";
import * as z from "zod/mini";
import { AuditLogsClient } from "../lib/arize/audit-logs-client.ts";
import { type Environment, readEnvironment } from "../lib/config.ts";
import { addActivity } from "../lib/evidence/activity.ts";
import { makeBundle } from "../lib/evidence/bundle.ts";
import { collectEvidence } from "../lib/evidence/collect.ts";
import type { EvidenceEntry } from "../lib/evidence/entry.ts";
import { fileSigner, kmsSigner, type Signer } from "../lib/evidence/signer.ts";
import { describeIssues } from "../lib/issues.ts";
import { LedgerTable } from "../lib/ledger/table.ts";
import { emailSchema, instantSchema } from "../lib/lifecycle/event.ts";
import { arizeTransport, openIdentity, openSecrets } from "../lib/wiring.ts";

/** What an operator asks for. */
const requestSchema = z.object({
  from: z.optional(instantSchema),
  to: z.optional(instantSchema),
  email: z.optional(emailSchema),
  /** Leave the addresses out. */
  redact: z._default(z.boolean(), false),
  /** From when on a removal counts as late. */
  goalMs: z._default(z.int().check(z.gt(0)), 300_000),
  /** Ask Arize's audit log what people did until they were gone. */
  activity: z._default(z.boolean(), false),
});
type EvidenceRequest = z.infer<typeof requestSchema>;

/** The files of a bundle by their names, each gzipped and in base64: Lambda answers 6 MB of JSON at most. */
interface Answer {
  leavers: number;
  files: Record<string, string>;
}

const largestAnswer = 5_500_000;

const secrets = openSecrets();

async function makeEvidence(input: unknown): Promise<Answer> {
  const request = requestSchema.safeParse(input);
  if (!request.success) throw new Error(`not a request for evidence: ${describeIssues(request.error)}`);
  const { from, to, redact, goalMs } = request.data;
  const environment = readEnvironment();
  const signer = await openSigner(environment);
  const entries = await collect(request.data, environment);
  const createdAt = new Date().toISOString();
  const about = { system: environment.METRIC_NAMESPACE, createdAt, from, to, redacted: redact, goalMs };
  const bundle = await makeBundle(entries, about, signer);
  const files = Object.entries(bundle).map(([name, content]) => [name, gzipSync(content).toString("base64")] as const);
  const size = files.reduce((sum, [, content]) => sum + content.length, 0);
  if (size > largestAnswer) throw new Error("too much for one bundle: ask for a shorter period");
  return { leavers: entries.length, files: Object.fromEntries(files) };
}

async function collect(request: EvidenceRequest, environment: Environment): Promise<EvidenceEntry[]> {
  const identity = await openIdentity(environment, secrets);
  const table = new LedgerTable(environment.LEDGER_TABLE_NAME);
  const entries = await collectEvidence(table, identity, request);
  if (!request.activity) return entries;
  const client = new AuditLogsClient(await arizeTransport(environment, secrets));
  return addActivity(client, entries).finally(() => client.close());
}

async function openSigner({ EVIDENCE_KEY_ID, EVIDENCE_KEY_FILE }: Environment): Promise<Signer> {
  if (EVIDENCE_KEY_ID !== undefined) return kmsSigner(new KMSClient(), EVIDENCE_KEY_ID);
  if (EVIDENCE_KEY_FILE !== undefined) return fileSigner(EVIDENCE_KEY_FILE);
  throw new Error("there is no key to sign with");
}

/**
 * Makes evidence from the ledger and signs it. It reads the ledger itself, so that what it signs is what the ledger holds and
 * not what somebody hands it; operators may invoke it and not use its key.
 */
export const handler = middy<unknown, Answer>().handler(makeEvidence);
