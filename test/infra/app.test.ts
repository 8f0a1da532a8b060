import { execFile } from "node:child_process";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startEmulators } from "../../local/emulators.ts";
import {
  anyPorts,
  localEnvironment,
  localSecrets,
  queueArn,
  queueNames,
  secretIds,
  urlOf,
} from "../../local/environment.ts";
import { ExecutionEnvironment } from "../../local/execution-environment.ts";
import { standardRequest } from "../../local/signed-requests.ts";
import { eventOf } from "../support/workbench.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "synth-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the CLI as `npm run synth` does, with no account and no credentials. */
async function synth(...options: string[]): Promise<{ code: number; output: string }> {
  const cdk = join(root, "node_modules/aws-cdk/bin/cdk");
  const env = { PATH: `${join(root, "node_modules/.bin")}:${process.env.PATH}`, HOME: folder };
  const run = promisify(execFile)(process.execPath, [cdk, "synth", "--quiet", ...options], { cwd: root, env });
  return run.then(
    ({ stdout, stderr }) => ({ code: 0, output: stdout + stderr }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      output: error.stdout + error.stderr,
    }),
  );
}

describe("synth", () => {
  it("says everything that is wrong with the context, and makes nothing", async () => {
    const { code, output } = await synth(
      "-o",
      join(folder, "wrong"),
      "-c",
      "stage=No Stage",
      "-c",
      "arizeEnumCase=both",
    );
    expect(code).not.toBe(0);
    expect(output).toMatch(/stage: malformed; arizeEnumCase: expected one of upper\|lower/);
  }, 120_000);
});

describe("what synth makes", () => {
  const out = join(folder, "cdk.out");
  const handlers = new Map<string, string>();
  const ledgerActions = new Map<string, string[]>();

  beforeAll(async () => {
    const { code, output } = await synth("-o", out);
    expect(output).not.toContain("ERROR");
    expect(code).toBe(0);
    const { Resources } = JSON.parse(readFileSync(join(out, "ArizeUserLifecycle-Prod.template.json"), "utf8"));
    for (const [id, resource] of Object.entries(Resources)) {
      const { Type, Metadata, Properties } = Object(resource);
      const name = id.replace(/(Function|Role)[0-9A-F]+$/, "");
      if (Type === "AWS::IAM::Role") ledgerActions.set(name, actionsOf(Properties, "Ledger"));
      if (Type !== "AWS::Lambda::Function") continue;
      handlers.set(name, pathToFileURL(join(out, Metadata["aws:asset:path"], "index.mjs")).href);
    }
  }, 120_000);

  /** The functions as they are deployed, in processes of their own, over emulators that they know from their environment. */
  async function deployed() {
    const emulators = await startEmulators({ ports: anyPorts, visibilitySeconds: 30, maxReceiveCount: 1000 });
    onTestFinished(() => emulators.close());
    const config = join(root, "local/lifecycle.config.ts");
    const { LIFECYCLE_CONFIG: file = "", ...local } = localEnvironment({ ports: emulators.ports, config });
    const bundled = { ...local, METRIC_NAMESPACE: "ArizeUserLifecycle-Test" };
    const lines: string[] = [];
    const invoke = async (name: string, event: unknown, environment: Record<string, string> = bundled) => {
      const module = handlers.get(name) ?? "";
      const onLine = ({ text }: { text: string }) => lines.push(text);
      const one = new ExecutionEnvironment({ name, module, environment, timeoutMs: 15_000, onLine });
      onTestFinished(() => one.stop());
      await one.ready;
      return one.invoke(event);
    };
    const calls = async () => Object(await (await fetch(`${urlOf(emulators.ports.arize)}/_fake/calls`)).json()).calls;
    return { invoke, calls, lines, acting: { ...bundled, LIFECYCLE_CONFIG: file } };
  }

  it("works an SQS event, by the configuration of the project or another one that is named", async () => {
    const { invoke, calls, lines, acting } = await deployed();
    const batch = { Records: [recordOf(eventOf("joiner", "ada@example.com"))] };
    expect(await invoke("Provision", batch)).toEqual({ batchItemFailures: [] });
    expect(await calls()).toEqual({ other: 1, "GET /v2/users": 1 });
    expect(lines.join()).toContain('"Namespace":"ArizeUserLifecycle-Test"');
    expect(await invoke("Provision", batch, acting)).toEqual({ batchItemFailures: [] });
    expect(await calls()).toMatchObject({ "POST /v2/users": 1 });
  });

  // A function of the ledger that nothing calls is not in the bundle, where the names of classes stand as they were. Query and
  // Scan are methods of the table, so they always are.
  it.each(["Ingest", "Provision", "Reconcile", "DeadLetters", "SignEvidence"])(
    "lets %s do with the ledger what its code does",
    (name) => {
      const code = readFileSync(fileURLToPath(handlers.get(name) ?? ""), "utf8");
      const used = [...code.matchAll(/"(Get|BatchGet|Put|Update|Delete)Command"/g)].map(([, command]) => command);
      const allowed = (ledgerActions.get(name) ?? []).filter(
        (action) => !["dynamodb:Query", "dynamodb:Scan"].includes(action),
      );
      expect(allowed.sort()).toEqual([...new Set(used)].map((command) => `dynamodb:${command}Item`).sort());
    },
  );

  it("signs evidence", async () => {
    const { invoke, acting } = await deployed();
    const key = join(folder, "evidence.pem");
    writeFileSync(key, generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }));
    const answer = await invoke("SignEvidence", { email: "ada@example.com" }, { ...acting, EVIDENCE_KEY_FILE: key });
    expect(answer).toMatchObject({ leavers: 0, files: { "manifest.sig": expect.any(String) } });
  });

  it("takes a signed webhook", async () => {
    const { invoke } = await deployed();
    const secret = localSecrets[secretIds.standard];
    const request = standardRequest({ type: "person.joined", data: { email: "ada@example.com" }, secret });
    const http = { method: "POST", path: request.path };
    const event = { ...request, version: "2.0", rawPath: request.path, requestContext: { http } };
    expect(await invoke("Ingest", event)).toMatchObject({ statusCode: 202 });
    expect(await invoke("Ingest", { ...event, body: "{}" })).toMatchObject({ statusCode: 401 });
  });

  it("runs its schedules", async () => {
    const { invoke } = await deployed();
    expect(await invoke("Reconcile", { mode: "due" })).toMatchObject({ finished: true });
    expect(await invoke("DeadLetters", {})).toEqual({ recorded: 0 });
  });
});

function actionsOf(role: object, sid: string): string[] {
  const [policy] = Object(role).Policies;
  return policy.PolicyDocument.Statement.flatMap((one: { Sid: string; Action: string[] }) =>
    one.Sid === sid ? one.Action : [],
  );
}

function recordOf(event: ReturnType<typeof eventOf>) {
  return {
    messageId: randomUUID(),
    receiptHandle: randomUUID(),
    body: JSON.stringify(event),
    attributes: { ApproximateReceiveCount: "1", SentTimestamp: String(Date.now()), MessageGroupId: "ada" },
    messageAttributes: {},
    eventSource: "aws:sqs",
    eventSourceARN: queueArn(queueNames.changes),
    awsRegion: "us-east-1",
  };
}
