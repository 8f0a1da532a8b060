import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { localEnvironment, localSecrets, portsFrom, secretIds } from "../../local/environment.ts";
import { PortTaken } from "../../local/listen.ts";
import { writeRunFile } from "../../local/run-file.ts";
import { oktaHook, standardRequest } from "../../local/signed-requests.ts";
import { type Stack, startStack } from "../../local/stack.ts";
import { testConfig } from "../support/workbench.ts";

/** The commands as operators type them, in processes of their own, against a running stack. */
const folder = mkdtempSync(join(tmpdir(), "ops-"));
const config = join(folder, "config.mjs");
const roles = [{ when: { department: "Labeling" }, role: "annotator", inviteMode: "none" }];
const onePerDay = { guards: { deletions: { perHour: 1, perDay: 1, shareOfUsers: 0, floor: 1 } } };
let stack: Stack;
let base: number;
let runFile: { remove(): void };

beforeAll(async () => {
  writeFileSync(config, `export default ${JSON.stringify({ ...testConfig, ...onePerDay, roles })};`);
  stack = await startOnSomePorts();
  runFile = writeRunFile(base, localEnvironment({ ports: portsFrom(base), config }));
});
afterAll(async () => {
  runFile?.remove();
  await stack?.close();
  rmSync(folder, { recursive: true });
});

/** The commands find the stack by the first of six ports in a row, so these have to be free together. */
async function startOnSomePorts(): Promise<Stack> {
  for (let attempt = 0; attempt < 20; attempt++) {
    base = 20_000 + Math.floor(Math.random() * 20_000);
    try {
      return await startStack({ ports: portsFrom(base), config, schedules: [] });
    } catch (error) {
      if (!(error instanceof PortTaken)) throw error;
    }
  }
  throw new Error("no free ports");
}

interface Ran {
  code: number;
  out: string;
  err: string;
}

function run(program: string, ...args: string[]): Promise<Ran> {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [file, ...args, "--port-base", String(base)], (error, out, err) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, out, err });
    });
  });
}
const ops = (...args: string[]) => run("ops/ops.ts", ...args);
const send = (...args: string[]) => run("local/send.ts", ...args);
const json = async (...args: string[]): Promise<Record<string, string>[]> =>
  JSON.parse((await ops("--json", ...args)).out);

describe("an operator", { timeout: 120_000 }, () => {
  it("sends, sees a leaver held, releases them, and reads their history", async () => {
    for (const name of ["ada", "grace"]) {
      expect((await send("joiner", `${name}@example.com`, "--name", name)).out).toContain(": invited");
    }
    expect((await send("leaver", "grace@example.com", "--source", "okta")).out).toContain(": removed");
    expect((await send("leaver", "ada@example.com")).out).toContain(": held (deletion_budget)");

    const [held] = await json("held", "list");
    expect(held).toMatchObject({ kind: "leaver", person: "ada@example.com", reason: "deletion_budget" });
    expect((await ops("held", "list")).out).toContain("ada@example.com");
    expect(await ops("held", "release", held?.id ?? "", "--note", "HR confirmed")).toMatchObject({ code: 0 });
    const outcomes = async () => (await json("person", "ada@example.com")).map(({ outcome }) => outcome);
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(["invited", "held", "removed"]);
    expect((await ops("held", "list")).out).toBe("Nothing is held.\n");
  });

  it("redrives what was parked, and gives it up", async () => {
    const body = JSON.stringify({ email: "back@example.com", status: "inactive" });
    await fetch(`${stack.urls.arize}/_fake/users`, { method: "POST", body });
    expect((await send("joiner", "back@example.com")).out).toContain(": parked (blocked_forever)");
    const [parked] = await json("parked", "list");
    expect(parked).toMatchObject({ reason: "blocked_forever", person: "back@example.com" });
    expect(await ops("parked", "redrive", parked?.id ?? "")).toMatchObject({ code: 0 });
    const statuses = async () => (await json("parked", "list")).map(({ status }) => status);
    await expect.poll(statuses, { timeout: 20_000 }).toEqual(["waiting"]);
    expect(await ops("parked", "dismiss", parked?.id ?? "", "--note", "another address")).toMatchObject({ code: 0 });
    expect(await json("parked", "list")).toEqual([]);
  });

  it("sends events in their own name, a leaver only when they mean it", async () => {
    expect((await ops("send", "leaver", "joan@example.com")).err).toContain("--yes");
    expect((await ops("send", "leaver", "joan@example.com", "--yes")).out).toContain("is on the queue");
    const history = () => json("person", "joan@example.com");
    await expect.poll(history, { timeout: 20_000 }).toMatchObject([{ outcome: "none", reason: "already_absent" }]);
    expect(await ops("send", "joiner", "nobody")).toMatchObject({ code: 1, err: "error: that is no email address\n" });
  });

  it("forgets somebody who is gone, when they mean it", async () => {
    await ops("send", "leaver", "kay@example.com", "--yes");
    const outcomes = async () => (await json("person", "kay@example.com")).map(({ outcome }) => outcome);
    await expect.poll(outcomes, { timeout: 20_000 }).toEqual(["none"]);
    expect(await ops("person", "forget", "kay@example.com")).toMatchObject({
      code: 1,
      err: expect.stringContaining("--yes"),
    });
    const { out, code } = await ops("person", "forget", "kay@example.com", "--yes", "--by", "the privacy team");
    expect(code).toBe(0);
    expect(out).toMatch(/^Erased: 1 lines of history.*\n.*hash.*\n.*queues/);
    expect(await json("person", "kay@example.com")).toMatchObject([{ outcome: "forgotten", by: "the privacy team" }]);
    const again = await ops("--json", "person", "forget", "kay@example.com", "--yes");
    expect(JSON.parse(again.out)).toMatchObject({ erased: { history: 1 }, remains: expect.any(Array) });
  });

  it("accepts a restored ledger", async () => {
    expect(await ops("ledger", "accept")).toMatchObject({ code: 0, out: "The ledger counts as complete.\n" });
  });

  it("looks at what the sweeps would do", async () => {
    const { out, code } = await ops("reconcile", "--dry-run");
    expect(code).toBe(0);
    expect(out).toMatch(
      /invitations: looked at \d+, queued 0\n.*\ndue: looked at 0, queued 0\n.*\nfull: looked at \d+/,
    );
  });

  it("has a webhook explained, and nothing changes", async () => {
    const file = join(folder, "payload.json");
    const data = { email: "noa@example.com", name: "Noa", department: "labeling" };
    const secret = localSecrets[secretIds.standard];
    const { headers, body } = standardRequest({ type: "person.joined", data, secret, id: "msg_noa" });
    writeFileSync(file, body);
    const arguments_ = Object.entries(headers).flatMap(([name, value]) => ["--header", `${name}:${value}`]);
    const before = await (await fetch(`${stack.urls.arize}/_fake/users`)).text();

    const signed = await ops("--json", "explain", file, "--source", "standard", ...arguments_);
    expect(signed.code).toBe(0);
    expect(JSON.parse(signed.out)).toMatchObject({
      door: ["verified"],
      events: [
        {
          event: "standard:msg_noa",
          kind: "joiner",
          person: "noa@example.com",
          rule: "1 department Labeling",
          outcome: "would_create",
          reason: "role annotator, invite mode none",
        },
      ],
    });
    const unsigned = await ops("explain", file, "--source", "standard");
    expect(unsigned).toMatchObject({ code: 0, out: expect.stringMatching(/^standard: not verified: .*--header\n/) });
    expect(unsigned.out).toContain("would_create");
    writeFileSync(file, body.replace("noa@", "joe@"));
    expect(await ops("explain", file, "--source", "standard", ...arguments_)).toMatchObject({
      code: 3,
      out: expect.stringContaining("not verified, answered 401: signature does not match"),
    });

    expect(await (await fetch(`${stack.urls.arize}/_fake/users`)).text()).toBe(before);
    expect(await json("person", "noa@example.com")).toEqual([]);
  });

  it("has a leaver explained, guards and all", async () => {
    await fetch(`${stack.urls.arize}/_fake/users`, { method: "POST", body: '{"email":"root@example.com"}' });
    const file = join(folder, "hook.json");
    const leaver = (email: string) => ({ eventType: "user.lifecycle.deactivate", email, uuid: `uuid-${email}` });
    writeFileSync(file, JSON.stringify(oktaHook(leaver("root@example.com"), leaver("sam@elsewhere.example"))));
    const explained = await ops("--json", "explain", file, "--source", "okta");
    const [root, stranger] = JSON.parse(explained.out).events;
    expect(root).toMatchObject({ action: "delete", outcome: "would_hold", reason: "protected_email" });
    expect(stranger).toMatchObject({ outcome: "ignored", reason: "outside_managed_domains" });
    const body = JSON.stringify({ data: {} });
    writeFileSync(file, body);
    expect(await ops("explain", file, "--source", "okta")).toMatchObject({
      code: 3,
      out: expect.stringContaining("turned away with 400: data.events: expected array"),
    });
    expect(await ops("explain", file, "--source", "nobody")).toMatchObject({ code: 3 });
    expect(await ops("explain", join(folder, "nothing"), "--source", "okta")).toMatchObject({ code: 1 });
    expect(await ops("explain", file)).toMatchObject({ code: 2 });
  });

  it("is told what is wrong", async () => {
    expect(await ops("held", "release", "nobody")).toMatchObject({
      code: 1,
      err: expect.stringContaining("nothing is held"),
    });
    expect(await ops("nonsense")).toMatchObject({ code: 2 });
    expect(await send("joiner")).toMatchObject({ code: 2 });
    expect(await send("joiner", "nobody")).toMatchObject({
      code: 1,
      out: expect.stringContaining("data.email: malformed"),
    });
    expect(await ops("--help")).toMatchObject({ code: 0, out: expect.stringContaining("Usage: npm run ops --") });
    expect(await ops("--port-base", "0", "held", "list")).toMatchObject({ code: 2 });
  });

  it("is told when nothing runs there", async () => {
    const file = fileURLToPath(new URL("../../ops/ops.ts", import.meta.url));
    const args = [file, "held", "list", "--port-base", String(base + 5_000)];
    const err = await new Promise((resolve) => execFile(process.execPath, args, (_, __, text) => resolve(text)));
    expect(err).toContain("is npm start running there?");
  });
});
